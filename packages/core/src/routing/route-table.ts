import { WindlassError } from "../contract/errors.ts";
import { type Refusal, refuse } from "../contract/guard.ts";
import type { RouteMatch, Router } from "../contract/router.ts";
import { RoutePattern } from "./route-pattern.ts";

/** One declared route. */
export interface RouteDeclaration<Route> {
  readonly pattern: string;
  /** Hosts it answers for, lower case without port; `""` answers for any. */
  readonly hosts: readonly string[];
  readonly route: Route;
}

interface Entry<Route> extends RouteDeclaration<Route> {
  readonly parsed: RoutePattern;
}

/** So many paths are named in the log when none fits. */
const maxNamedPatterns = 20;

/**
 * Routes by path and host. The more specific path wins whatever the order of declaration (literal
 * before `:name` before `*`), and a named host wins over any host.
 */
export class RouteTable<Route> implements Router<Route> {
  readonly #entries: Entry<Route>[] = [];
  readonly #static = new Map<string, Entry<Route>[]>();
  readonly #dynamic: Entry<Route>[] = [];
  /** For the log, when no path fits. */
  #patterns = "(no route is declared)";

  get entries(): readonly RouteDeclaration<Route>[] {
    return this.#entries;
  }

  /** @throws WindlassError `ERR_ROUTE_PATTERN_INVALID`, `ERR_ROUTE_DUPLICATE` */
  add(declaration: RouteDeclaration<Route>): void {
    const entry = { ...declaration, parsed: new RoutePattern(declaration.pattern) };
    for (const other of this.#entries) {
      const host = entry.hosts.find((name) => other.hosts.includes(name));
      if (shapeOf(other.pattern) === shapeOf(entry.pattern) && host !== undefined) {
        const named = host === "" ? "(any)" : host;
        throw new WindlassError("ERR_ROUTE_DUPLICATE", { pattern: entry.pattern, host: named });
      }
    }
    this.#entries.push(entry);
    this.#patterns = this.#describePatterns();
    if (entry.parsed.isStatic) {
      const same = this.#static.get(entry.pattern) ?? [];
      insert(same, entry);
      this.#static.set(entry.pattern, same);
    } else {
      insert(this.#dynamic, entry);
    }
  }

  find(path: string, host: string): RouteMatch<Route> | Refusal {
    const wantedHosts: string[] = [];
    for (const entry of this.#static.get(path) ?? []) {
      const match = matchEntry(entry, path, host, wantedHosts);
      if (match !== undefined) return match;
    }
    for (const entry of this.#dynamic) {
      const match = matchEntry(entry, path, host, wantedHosts);
      if (match !== undefined) return match;
    }
    if (wantedHosts.length > 0) {
      const wanted = wantedHosts.join(", ");
      return refuse({ rule: "host", code: "ERR_HOST_REFUSED", seen: host, wanted });
    }
    return refuse({
      rule: "path",
      code: "ERR_ROUTE_NOT_FOUND",
      seen: path,
      wanted: this.#patterns,
    });
  }

  #describePatterns(): string {
    const patterns = [...new Set(this.#entries.map((entry) => entry.pattern))];
    const named = patterns.slice(0, maxNamedPatterns).join(", ");
    const rest = patterns.length - maxNamedPatterns;
    return rest > 0 ? `${named} and ${rest} more` : named;
  }
}

/** The pattern without the names of its parameters: patterns of one shape fit the same paths. */
function shapeOf(pattern: string): string {
  return pattern.replace(/\/:\w+/g, "/:");
}

function matchEntry<Route>(
  entry: Entry<Route>,
  path: string,
  host: string,
  wantedHosts: string[],
): RouteMatch<Route> | undefined {
  const params = entry.parsed.match(path);
  if (params === undefined) return undefined;
  if (entry.hosts.includes(host) || entry.hosts.includes("")) {
    return { accepted: true, route: entry.route, params };
  }
  wantedHosts.push(...entry.hosts);
  return undefined;
}

/** Keeps a list ordered: specific paths first, named hosts before any host, then as declared. */
function insert<Route>(list: Entry<Route>[], entry: Entry<Route>): void {
  const anyHost = Number(entry.hosts.includes(""));
  const at = list.findIndex((other) => {
    if (other.parsed.specificity !== entry.parsed.specificity) {
      return other.parsed.specificity < entry.parsed.specificity;
    }
    return Number(other.hosts.includes("")) > anyHost;
  });
  if (at < 0) list.push(entry);
  else list.splice(at, 0, entry);
}
