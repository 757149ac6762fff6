import { ProtocolError } from "./protocol-error.ts";

/** The parameters of a pattern: `{ name: string }` for `"room/:name"`. */
export type TopicParams<Pattern extends string> = {
  readonly [Name in ParamNames<Pattern>]: string;
};

type ParamNames<Pattern extends string> = Pattern extends `${infer Head}/${infer Rest}`
  ? ParamName<Head> | ParamNames<Rest>
  : ParamName<Pattern>;

type ParamName<Segment extends string> = Segment extends `:${infer Name}` ? Name : never;

/** The longest topic, in characters, after encoding. */
export const maxTopicLength = 200;

const literalSegment = /^[\w.~-]+$/;
const paramSegment = /^:[A-Za-z_]\w*$/;

/** Why a pattern cannot be used, or `undefined` when it can. */
export function topicPatternProblem(pattern: string): string | undefined {
  const segments = pattern.split("/");
  const wrong = segments.find((part) => !literalSegment.test(part) && !paramSegment.test(part));
  if (wrong !== undefined) return `"${wrong}" is neither a name nor a parameter such as ":room"`;
  const params = segments.filter((part) => part.startsWith(":"));
  return new Set(params).size < params.length ? "a parameter is named twice" : undefined;
}

/**
 * The topic of a pattern and its parameters: `room/a%2Fb` for `"room/:name"` and `{ name: "a/b" }`.
 *
 * @throws ProtocolError `ERR_TOPIC_INVALID` when a parameter is missing or empty, or the topic is
 *   longer than 200 characters
 */
export function topicOf(pattern: string, params: Readonly<Record<string, string>>): string {
  const topic = pattern.replace(/:(\w+)/g, (_whole, name: string) => {
    const value: unknown = Object.hasOwn(params, name) ? params[name] : undefined;
    if (typeof value !== "string" || value === "") {
      const seen = value === "" ? '""' : typeof value;
      throw invalidTopic(
        `The parameter "${name}" of the topic "${pattern}" is ${seen}; wanted a string that is not empty.`,
      );
    }
    return encodeURIComponent(value.toWellFormed());
  });
  if (topic.length <= maxTopicLength) return topic;
  throw invalidTopic(
    `A topic of "${pattern}" has ${topic.length} characters; wanted at most ${maxTopicLength}. Shorten its parameters.`,
  );
}

function invalidTopic(message: string): ProtocolError {
  return new ProtocolError("ERR_TOPIC_INVALID", message);
}

/** A topic that a pattern fits. */
export interface TopicMatch {
  readonly pattern: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the pattern of a topic; names before parameters, from the left. */
export class TopicPatterns {
  readonly #patterns: readonly (readonly string[])[];

  constructor(patterns: Iterable<string>) {
    const rank = (segments: readonly string[]): string =>
      segments.map((part) => (part.startsWith(":") ? "1" : "0")).join("");
    this.#patterns = [...patterns]
      .map((pattern) => pattern.split("/"))
      .sort((a, b) => (rank(a) < rank(b) ? -1 : Number(rank(a) > rank(b))));
  }

  /** `undefined` for a topic of no pattern, and for one that {@link topicOf} would not have made. */
  match(topic: string): TopicMatch | undefined {
    if (topic.length > maxTopicLength) return undefined;
    const segments = topic.split("/");
    for (const pattern of this.#patterns) {
      const params = matchSegments(pattern, segments);
      if (params !== undefined) return { pattern: pattern.join("/"), params };
    }
    return undefined;
  }
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (!part.startsWith(":")) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = decoded(segment);
    if (value === undefined) return undefined;
    params[part.slice(1)] = value;
  }
  return params;
}

/** One spelling per topic: a segment that `encodeURIComponent` would write otherwise is none. */
function decoded(segment: string): string | undefined {
  try {
    const value = decodeURIComponent(segment);
    return value !== "" && encodeURIComponent(value) === segment ? value : undefined;
  } catch {
    return undefined;
  }
}
