import { isIP } from "node:net";
import type { HandshakeHeaders, HandshakeScheme } from "../contract/handshake.ts";
import { canonicalIp } from "../contract/ip-address.ts";

/** What the TCP connection itself says. */
export interface DirectPeer {
  /** Canonical address of the peer; `""` on a unix socket. */
  readonly ip: string;
  /** Address from a PROXY protocol v2 header, `""` without one. */
  readonly proxiedIp: string;
  /** Whether this connection is encrypted. */
  readonly isTls: boolean;
}

/** Who the client is, as far as trusted proxies tell. */
export interface ClientAddress {
  readonly ip: string;
  readonly scheme: HandshakeScheme;
}

/**
 * Walks from the direct peer towards the client as long as each hop is a trusted proxy: first the
 * PROXY protocol, then `X-Forwarded-For` from its right end, where each proxy appends what it saw.
 * What an untrusted peer sends is ignored, as is everything left of the first untrusted hop.
 */
export function resolveClient(
  peer: DirectPeer,
  headers: HandshakeHeaders,
  isTrusted: (ip: string) => boolean,
): ClientAddress {
  const scheme = peer.isTls ? "wss" : "ws";
  if (!isTrusted(peer.ip)) return { ip: peer.ip, scheme };
  const ip = canonicalIp(peer.proxiedIp) || peer.ip;
  // With the PROXY protocol the headers come from behind that hop, so it must be trusted as well.
  if (ip !== peer.ip && !isTrusted(ip)) return { ip, scheme };
  return {
    ip: walkForwardedFor(ip, headers.get("x-forwarded-for"), isTrusted),
    scheme: forwardedScheme(headers.get("x-forwarded-proto")) ?? scheme,
  };
}

function walkForwardedFor(
  start: string,
  header: string | null,
  isTrusted: (ip: string) => boolean,
): string {
  let hop = start;
  const entries = header?.split(",") ?? [];
  while (isTrusted(hop)) {
    const next = parseForwardedAddress(entries.pop());
    if (next === undefined) break;
    hop = next;
  }
  return hop;
}

/** An entry may carry a port, and IPv6 may stand in brackets. */
function parseForwardedAddress(entry: string | undefined): string | undefined {
  const text = entry?.trim() ?? "";
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, "$1");
  return isIP(bare) === 0 ? undefined : canonicalIp(bare);
}

function forwardedScheme(header: string | null): HandshakeScheme | undefined {
  switch (header?.split(",").at(-1)?.trim().toLowerCase()) {
    case "https":
    case "wss":
      return "wss";
    case "http":
    case "ws":
      return "ws";
    default:
      return undefined;
  }
}
