import type { HeaderList } from "../contract/header-list.ts";
import type { ReadRequest } from "./read-request.ts";

/** Fetch knows no request with these methods. */
const forbiddenMethods: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);
/** Paths and queries that a URL has as they are: the characters that it never encodes. */
const plainPath = /^\/[\w!$%&()*+,./:;=@~-]*$/;
const plainQuery = /^[\w!$%&()*+,./:;=?@~-]*$/;
const token = /^[\w!#$%&'*+.^`|~-]+$/;
const notInValue = /[\0\n]|[^\0-\xff]/;

/** Lists of names that are tokens; requests with the same names share one. */
const goodNames = new WeakSet<readonly string[]>();
/** The origin of the request before, which most likely is that of the next one. */
let known = { scheme: "", host: "", origin: "" };

/**
 * The URL of a request in Fetch, or undefined when Fetch refuses what HTTP allows: TRACE and CONNECT, some
 * URLs, some headers.
 */
export function fetchUrl(request: ReadRequest): string | undefined {
  const { method, client, path, queryString, headers } = request;
  if (forbiddenMethods.has(method) || !areFetchHeaders(headers)) return undefined;
  const scheme = client.scheme === "wss" ? "https" : "http";
  const host = headers.get("host") ?? "";
  const query = queryString === "" ? "" : `?${queryString}`;
  try {
    if (plainPath.test(path) && plainQuery.test(queryString)) {
      return originOf(scheme, host) + path + query;
    }
    const { href, username, password } = new URL(`${scheme}://${host}${path}${query}`);
    return username === "" && password === "" ? href : undefined;
  } catch {
    return undefined;
  }
}

function originOf(scheme: string, host: string): string {
  if (known.host !== host || known.scheme !== scheme) {
    known = { scheme, host, origin: new URL(`${scheme}://${host}`).origin };
  }
  return known.origin;
}

function areFetchHeaders({ names, text }: HeaderList): boolean {
  if (notInValue.test(text)) return false;
  if (goodNames.has(names)) return true;
  if (!names.every((name) => token.test(name))) return false;
  goodNames.add(names);
  return true;
}
