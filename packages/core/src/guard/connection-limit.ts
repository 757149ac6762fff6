import { WindlassError } from "../contract/errors.ts";
import { accept, type Guard, refuse, type Verdict } from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { parseAddress } from "./ip-rules.ts";

/** A guard that counts the connections it let in. */
export interface CountingGuard extends Guard {
  /** Connections (and handshakes on their way) that hold a place now. */
  readonly count: number;
  release(handshake: Handshake): void;
}

/** How many connections a {@link connectionLimitGuard} lets in. */
export interface ConnectionLimit {
  /** At least 1. */
  readonly max: number;
  /** What is counted, for the log line. Share one guard between routes to limit the node. */
  readonly scope: "node" | "route";
}

/** Seconds after which a refused client may try again: places come free all the time. */
const retryAfter: Readonly<Record<string, string>> = Object.freeze({ "Retry-After": "5" });

/**
 * Refuses connections above a number with 503 `ERR_TOO_MANY_CONNECTIONS`. A place is taken by the
 * handshake and given back when the connection closes.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function connectionLimitGuard(limit: ConnectionLimit): CountingGuard {
  return new ConnectionLimitGuard(limit);
}

/**
 * Refuses connections of one address above a number with 429 `ERR_TOO_MANY_CONNECTIONS_PER_IP`.
 * IPv6 is counted by /64, of which a single client may use every address. Peers on a unix socket
 * have no address and are not limited.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function connectionLimitPerIpGuard(limit: Pick<ConnectionLimit, "max">): CountingGuard {
  return new ConnectionLimitPerIpGuard(limit.max);
}

class ConnectionLimitGuard implements CountingGuard {
  readonly #max: number;
  readonly #scope: string;
  #count = 0;

  constructor({ max, scope }: ConnectionLimit) {
    this.#max = validMax(max);
    this.#scope = scope;
  }

  get count(): number {
    return this.#count;
  }

  check(): Verdict {
    if (this.#count < this.#max) {
      this.#count += 1;
      return accept;
    }
    return refuse({
      rule: "connection-limit",
      code: "ERR_TOO_MANY_CONNECTIONS",
      seen: `${this.#count} connections on this ${this.#scope}`,
      wanted: `at most ${this.#max}`,
      headers: retryAfter,
    });
  }

  release(): void {
    this.#count = Math.max(0, this.#count - 1);
  }
}

class ConnectionLimitPerIpGuard implements CountingGuard {
  readonly #max: number;
  /** Connections by address; an address without connections is not in it. */
  readonly #counts = new Map<string, number>();
  #count = 0;

  constructor(max: number) {
    this.#max = validMax(max);
  }

  get count(): number {
    return this.#count;
  }

  check({ ip }: Handshake): Verdict {
    if (ip === "") return accept;
    const group = groupOf(ip);
    const count = this.#counts.get(group) ?? 0;
    if (count < this.#max) {
      this.#counts.set(group, count + 1);
      this.#count += 1;
      return accept;
    }
    return refuse({
      rule: "connection-limit-per-ip",
      code: "ERR_TOO_MANY_CONNECTIONS_PER_IP",
      seen: `${count} connections from ${group}`,
      wanted: `at most ${this.#max}`,
      headers: retryAfter,
    });
  }

  release({ ip }: Handshake): void {
    const group = groupOf(ip);
    const count = this.#counts.get(group);
    if (count === undefined) return;
    if (count > 1) this.#counts.set(group, count - 1);
    else this.#counts.delete(group);
    this.#count -= 1;
  }
}

/** What is counted together: an IPv4 address, the /64 of an IPv6 address. */
function groupOf(ip: string): string {
  if (!ip.includes(":")) return ip;
  const address = parseAddress(ip);
  if (address === undefined) return ip;
  if (!("parts" in address)) return address.toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}

function validMax(max: number): number {
  // NaN compares false with everything and would let everybody in.
  if (Number.isSafeInteger(max) && max >= 1) return max;
  const problem = `${max} is not a whole number of at least 1; leave the limit out for none`;
  throw new WindlassError("ERR_OPTION_INVALID", { option: "max", problem });
}
