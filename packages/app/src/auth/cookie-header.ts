import type { Handshake } from "@windlass/core";

/** RFC 6265 section 4.1.1: the name of a cookie is a token. */
export const cookieName: RegExp = /^[\w!#$%&'*+.^`|~-]+$/;

/** The values of the cookies of a name, in the order in which they came. */
export function cookieValues({ headers }: Handshake, name: string): string[] {
  const values: string[] = [];
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    const value = pair.slice(equals + 1).trim();
    values.push(/^".*"$/.test(value) ? value.slice(1, -1) : value);
  }
  return values;
}
