import { accept, type Guard, type Refusal, refuse, type Verdict } from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { describeList } from "./describe.ts";
import { IpRuleSet, parseIpRules } from "./ip-rules.ts";

/** Which addresses may connect: addresses, CIDR ranges, and `unix` for peers on a unix socket. */
export interface IpPolicy {
  /** Only these may connect. Default: everybody. An empty list lets nobody in. */
  readonly allow?: readonly string[];
  /** These may not connect, also when `allow` names them. Default: none. */
  readonly block?: readonly string[];
}

/**
 * Accepts and refuses by address, with 403 `ERR_IP_REFUSED`. With an `allow` list, an address that
 * cannot be parsed is refused.
 *
 * @throws WindlassError `ERR_IP_RULE_INVALID`
 */
export function ipGuard(policy: IpPolicy): Guard {
  const block = parseIpRules(policy.block ?? []);
  const allow = policy.allow && parseIpRules(policy.allow);
  const blockWanted = `none of ${describeList(block.texts, "")}`;
  const allowWanted = describeList(allow?.texts ?? [], "(no address is allowed)");
  return {
    check({ ip }) {
      if (block.matches(ip)) return refuseIp(ip, blockWanted);
      if (allow !== undefined && !allow.matches(ip)) return refuseIp(ip, allowWanted);
      return accept;
    },
  };
}

/**
 * Addresses that may not connect, changeable while the app runs; Ratchet's IpBlackList, with
 * ranges and IPv6. Changes count for the next handshake; open connections stay open. Refuses with
 * 403 `ERR_IP_REFUSED`, where Ratchet closes the TCP connection without a word.
 */
export class IpBlackList implements Guard {
  readonly #rules = new IpRuleSet();

  /**
   * Blocks an address or a CIDR range; a port behind an address is ignored, as in Ratchet.
   *
   * @throws WindlassError `ERR_IP_RULE_INVALID`
   */
  blockAddress(address: string): this {
    this.#rules.add(withoutPort(address));
    return this;
  }

  /** Takes an address or range off the list, written as it was blocked; unknown ones are ignored. */
  unblockAddress(address: string): this {
    this.#rules.delete(withoutPort(address));
    return this;
  }

  isBlocked(ip: string): boolean {
    return this.#rules.matches(withoutPort(ip));
  }

  /** What is blocked, in canonical form, in the order it was blocked. */
  getBlockedAddresses(): string[] {
    return [...this.#rules.texts];
  }

  check({ ip }: Handshake): Verdict {
    return this.#rules.matches(ip) ? refuseIp(ip, "an address that is not blocked") : accept;
  }
}

/** `1.2.3.4:80` and `[::1]:80` without the port and the brackets; anything else unchanged. */
function withoutPort(address: string): string {
  const match = /^(\d+\.\d+\.\d+\.\d+):\d+$|^\[([^\]]*)\](?::\d+)?$/.exec(address);
  return match?.[1] ?? match?.[2] ?? address;
}

function refuseIp(ip: string, wanted: string): Refusal {
  const seen = ip === "" ? "(unix socket)" : ip;
  return refuse({ rule: "ip", code: "ERR_IP_REFUSED", seen, wanted });
}
