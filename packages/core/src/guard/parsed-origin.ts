import ipaddr from "ipaddr.js";

/** An Origin header taken apart. */
export interface ParsedOrigin {
  /** The header as sent. */
  readonly header: string;
  /** Scheme in lower case; `""` for the opaque origin `null`. */
  readonly scheme: string;
  /** Host in canonical form; `""` for the opaque origin `null`. */
  readonly host: string;
  /** The port, that of the scheme when none was sent; `null` when the scheme has none. */
  readonly port: number | null;
}

const serialized = /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]]*\]|[^:[\]]+)(?::([1-9]\d{0,4}))?$/i;
const hostName = /^(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?$/;

/**
 * An Origin header as a browser serialises it (RFC 6454 section 6.2): `null` or
 * `scheme://host[:port]`. Anything else, such as a path or two origins, is undefined.
 */
export function parseOrigin(header: string): ParsedOrigin | undefined {
  if (header === "null") return { header, scheme: "", host: "", port: null };
  const [, schemeText, hostText, portText] = serialized.exec(header) ?? [];
  if (schemeText === undefined || hostText === undefined) return undefined;
  const host = canonicalHost(hostText);
  if (host === undefined) return undefined;
  const scheme = schemeText.toLowerCase();
  const port = portText === undefined ? defaultPort(scheme) : Number(portText);
  if (port !== null && port > 65_535) return undefined;
  return { header, scheme, host, port };
}

/** Lower case, IPv6 compressed in its brackets; undefined when it is no host. */
export function canonicalHost(text: string): string | undefined {
  const host = text.toLowerCase();
  if (!host.startsWith("[")) return hostName.test(host) ? host : undefined;
  const address = host.slice(1, -1);
  // A zone (`%eth0`) never leaves the machine it belongs to, so it is in no Origin.
  if (!host.endsWith("]") || address.includes("%") || !ipaddr.IPv6.isValid(address)) {
    return undefined;
  }
  return `[${ipaddr.IPv6.parse(address).toString()}]`;
}

/** The port a scheme stands for, `null` for schemes without one (`app://`, `chrome-extension://`). */
export function defaultPort(scheme: string): number | null {
  if (scheme === "https") return 443;
  return scheme === "http" ? 80 : null;
}
