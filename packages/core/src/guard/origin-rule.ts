import { domainToASCII } from "node:url";
import { WindlassError } from "../contract/errors.ts";
import { describeKind } from "./describe.ts";
import { canonicalHost, defaultPort, type ParsedOrigin } from "./parsed-origin.ts";

/**
 * Which pages may connect, compared with the Origin header (RFC 6454):
 *
 * - `"example.com"`: this host with any scheme and port, as in Ratchet
 * - `"example.com:8080"`: this host and port with any scheme
 * - `"https://example.com:8443"`: exactly this; without a port, the default one of the scheme
 * - `"*.example.com"`, `"https://*.example.com"`: every subdomain at any depth, not `example.com` itself
 * - `"null"`: the opaque origin of sandboxed frames, `file:` and `data:` pages
 * - a RegExp: tested against the whole header as sent; remember `^`, `$` and `\.`
 * - `"*"`: everybody, also clients that send no Origin
 *
 * Hosts are compared without regard to case; IPv6 is written `[::1]`.
 */
export type OriginRule = string | RegExp;

/** One rule, parsed. */
export type OriginMatcher = (origin: ParsedOrigin) => boolean;

interface Mistake {
  readonly pattern: RegExp;
  readonly problem: string;
}

/** Frequent mistakes, the more telling first; what passes them all still has to fit the grammar. */
const mistakes: readonly Mistake[] = [
  { pattern: /^$/, problem: "it is empty" },
  { pattern: /\s/, problem: "it contains white space" },
  { pattern: /,/, problem: "it contains a comma; give every origin a rule of its own" },
  { pattern: /^null$/i, problem: 'the opaque origin is written "null", in lower case' },
  {
    pattern: /^(?:https?|wss?)(?!:\/\/)[:/]/i,
    problem: 'after the scheme comes "://", as in "https://example.com"',
  },
  {
    pattern: /^wss?:\/\//i,
    problem:
      'an Origin is the address of the page and not of the WebSocket; write "https://" or "http://"',
  },
  { pattern: /:\/\/(?::\d*)?$/, problem: 'there is no host after "://"' },
  { pattern: /@/, problem: "it contains a user name; an origin is scheme, host and port only" },
  {
    pattern: /^(?:[^/]*:\/\/)?[^/?#\\]+\/$/,
    problem: 'it ends with "/"; an origin has no path, leave the slash out',
  },
  {
    // Any of these but the two slashes of "://".
    pattern: /(?<!^[^/]*:\/?)[/?#\\]/,
    problem: "it has a path or a query; an origin ends after host and port",
  },
  { pattern: /:\*$/, problem: 'a host without scheme and port ("example.com") allows every port' },
  {
    pattern: /^(?:[^/]*:\/\/)?\*(?::\d+)?$/,
    problem: '"*" alone allows everybody, and "*." before a host allows its subdomains',
  },
  {
    pattern: /(?<!^|:\/\/)\*|\*(?!\.)/,
    problem: '"*" may only be the first label, as in "*.example.com"; use a RegExp for more',
  },
  {
    pattern: /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i,
    problem: 'an IPv6 address is written in brackets: "[::1]"',
  },
];

/** Scheme, `*.`, host, port. */
const grammar = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*\.)?(\[[^\]]*\]|[^:[\]]+)(?::(.*))?$/i;

/**
 * Makes a matcher of a rule, once, when the route is declared.
 *
 * @throws WindlassError `ERR_ORIGIN_RULE_INVALID`
 */
export function parseOriginRule(rule: OriginRule): OriginMatcher {
  if (rule instanceof RegExp) return matchRegExp(rule);
  if (typeof rule !== "string") {
    throw invalid(String(rule), `it is ${describeKind(rule)}, not a string or a RegExp`);
  }
  if (rule === "*") return () => true;
  if (rule === "null") return ({ header }) => header === "null";
  for (const { pattern, problem } of mistakes) {
    if (pattern.test(rule)) throw invalid(rule, problem);
  }
  return parseTuple(rule);
}

function matchRegExp(rule: RegExp): OriginMatcher {
  const own = new RegExp(rule);
  return ({ header }) => {
    // With the flags g and y, test() goes on where the last match ended: always start afresh.
    own.lastIndex = 0;
    return own.test(header);
  };
}

function parseTuple(rule: string): OriginMatcher {
  const [, schemeText, wildcard, hostText, portText] = grammar.exec(rule) ?? [];
  if (hostText === undefined) throw invalid(rule, "it is not a host");
  const isWildcard = wildcard !== undefined;
  const scheme = schemeText?.toLowerCase();
  const host = parseHost(rule, hostText, isWildcard);
  const port = parsePort(rule, portText, scheme);
  const suffix = `.${host}`;
  return (origin) =>
    (scheme === undefined || origin.scheme === scheme) &&
    (port === undefined || origin.port === port) &&
    (isWildcard ? origin.host.endsWith(suffix) : origin.host === host);
}

function parseHost(rule: string, text: string, isWildcard: boolean): string {
  // Browsers send international names in their ASCII form (RFC 5891), so compare in that form.
  const ascii = /[^\0-\x7f]/.test(text) ? domainToASCII(text) : text;
  const host = canonicalHost(ascii);
  if (host === undefined) throw invalid(rule, `"${text}" is not a host`);
  if (isWildcard && /^\[|^[\d.]+$/.test(host)) {
    throw invalid(rule, "an IP address has no subdomains");
  }
  return host;
}

/** The port wanted, `null` for none, undefined for any. */
function parsePort(
  rule: string,
  text: string | undefined,
  scheme: string | undefined,
): number | null | undefined {
  if (text === undefined) return scheme === undefined ? undefined : defaultPort(scheme);
  const port = Number(text);
  if (!/^[1-9]\d{0,4}$/.test(text) || port > 65_535) {
    throw invalid(rule, `the port "${text}" is not a number from 1 to 65535`);
  }
  return port;
}

function invalid(rule: string, problem: string): WindlassError {
  return new WindlassError("ERR_ORIGIN_RULE_INVALID", { rule, problem });
}
