import { WindlassError } from "../contract/errors.ts";

/** Path parameters of a match, percent-decoded. */
export type RouteParams = Readonly<Record<string, string>>;

type Segment =
  | { readonly kind: "static"; readonly text: string }
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "rest" };

const noParams: RouteParams = Object.freeze({});
/** Not `__proto__`, which an object cannot have as a property like any other. */
const paramName = /^(?!__proto__$)[A-Za-z_]\w*$/;

/**
 * A route path: literal segments, `:name` for one segment, `/*` at the end for any rest. Compared
 * as sent: with case, without folding a trailing slash. `params["*"]` is the rest.
 */
export class RoutePattern {
  readonly text: string;
  /** Orders patterns that fit the same path: the greater string is more specific at the first difference. */
  readonly specificity: string;
  /** Whether the pattern fits exactly one path. */
  readonly isStatic: boolean;
  readonly #segments: readonly Segment[];

  /** @throws WindlassError `ERR_ROUTE_PATTERN_INVALID` */
  constructor(pattern: string) {
    this.text = pattern;
    this.#segments = parseSegments(pattern);
    const ranks = { static: "2", param: "1", rest: "0" };
    this.isStatic = this.#segments.every((segment) => segment.kind === "static");
    this.specificity = this.#segments.map((segment) => ranks[segment.kind]).join("");
  }

  /** The parameters when `path` fits, otherwise undefined. */
  match(path: string): RouteParams | undefined {
    if (this.isStatic) return path === this.text ? noParams : undefined;
    const parts = path.slice(1).split("/");
    // The rest begins after a slash: "/files/*" does not fit "/files", here as in the engine.
    const hasRest = this.#segments.at(-1)?.kind === "rest";
    const fits = hasRest
      ? parts.length >= this.#segments.length
      : parts.length === this.#segments.length;
    if (!fits) return undefined;
    const params: Record<string, string> = {};
    for (const [index, segment] of this.#segments.entries()) {
      if (segment.kind === "rest") params["*"] = parts.slice(index).join("/");
      else if (!matchSegment(segment, parts[index] ?? "", params)) return undefined;
    }
    return Object.freeze(params);
  }
}

/** Whether one part of a path fits a segment; adds the parameter if it is one. */
function matchSegment(
  segment: Exclude<Segment, { kind: "rest" }>,
  part: string,
  params: Record<string, string>,
): boolean {
  if (segment.kind === "static") return part === segment.text;
  const value = decodeSegment(part);
  // An empty segment is no value, and one that does not decode was not made by a client we know.
  if (value === undefined || value === "") return false;
  params[segment.name] = value;
  return true;
}

function decodeSegment(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function parseSegments(pattern: string): Segment[] {
  const fail = (problem: string): never => {
    throw new WindlassError("ERR_ROUTE_PATTERN_INVALID", { pattern, problem });
  };
  if (!pattern.startsWith("/")) fail('it does not start with "/"');
  if (/[?#\s]/.test(pattern)) fail('it contains "?", "#" or white space');
  if (!/^[!-[\]-~]+$/.test(pattern)) {
    fail(
      "backslashes and characters outside ASCII never arrive like that; write them percent-encoded",
    );
  }
  if (/\/\.{1,2}(?:\/|$)/.test(pattern)) fail('"." and ".." are resolved before a request is sent');
  if (/[{}]/.test(pattern)) fail("braces are Symfony's syntax; here a parameter is written :name");
  const texts = pattern.slice(1).split("/");
  if (texts.slice(0, -1).includes("*")) fail('"*" may only be the last segment');
  const names = new Set<string>();
  return texts.map((text): Segment => {
    if (text === "*") return { kind: "rest" };
    if (text.includes("*")) fail('"*" must be a segment of its own');
    if (!text.startsWith(":")) return { kind: "static", text };
    const name = text.slice(1);
    if (!paramName.test(name)) fail(`":${name}" is no parameter name (letters, digits and _)`);
    if (names.has(name)) fail(`the parameter ":${name}" occurs twice`);
    names.add(name);
    return { kind: "param", name };
  });
}
