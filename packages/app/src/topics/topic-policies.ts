import type { TopicPolicy } from "@windlass/core";
import { optionError } from "../option-error.ts";

interface Declared {
  readonly pattern: string;
  readonly segments: readonly string[];
  readonly policy: TopicPolicy;
}

const segmentForm = /^(?:\*|:[A-Za-z_]\w*|[^:*/$][^/]*)$/;

/** Policies by pattern, in the order of declaration. */
export class TopicPolicies {
  readonly #declared: Declared[] = [];

  /** @throws WindlassError `ERR_OPTION_INVALID` */
  add(pattern: string, policy: TopicPolicy): void {
    const segments = checkedSegments(pattern);
    if (this.#declared.some((other) => other.pattern === pattern)) {
      throw optionError(`topic "${pattern}"`, "it is declared already; declare each pattern once");
    }
    this.#declared.push({ pattern, segments, policy });
  }

  /** The policy of the first pattern that fits. */
  find(topic: string): TopicPolicy | undefined {
    if (this.#declared.length === 0) return undefined;
    const segments = topic.split("/");
    return this.#declared.find((declared) => fits(declared.segments, segments))?.policy;
  }
}

function checkedSegments(pattern: unknown): readonly string[] {
  const segments = typeof pattern === "string" ? pattern.split("/") : [""];
  const wrong = segments.find(
    (part, index) => !segmentForm.test(part) || (part === "*" && index < segments.length - 1),
  );
  if (wrong === undefined) return segments;
  throw optionError(
    `topic "${String(pattern)}"`,
    `"${wrong}" cannot be a part of a pattern; write "news", "room/:name" or "news/*", where * is the last part and stands for one or more`,
  );
}

function fits(pattern: readonly string[], topic: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === "*";
  if (isOpen ? topic.length < pattern.length : topic.length !== pattern.length) return false;
  return pattern.every((part, index) => {
    return part === "*" || part.startsWith(":") || part === topic[index];
  });
}
