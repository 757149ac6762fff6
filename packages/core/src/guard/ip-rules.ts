import ipaddr from "ipaddr.js";
import { WindlassError } from "../contract/errors.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

interface IpRule {
  /** Canonical: the same addresses always have the same text. */
  readonly text: string;
  /** Undefined for a single address and for `unix`. */
  readonly range?: Range;
}

/** Stands for peers on a unix socket, whose address is `""`. */
const unixKeyword = "unix";

/** Addresses and ranges. */
export interface IpRules {
  /**
   * Whether `ip` is one of the addresses or in one of the ranges. IPv4-mapped IPv6 counts as IPv4;
   * what is no address fits no rule.
   */
  matches(ip: string): boolean;
  /** The rules in canonical form, in the order they were added. */
  readonly texts: readonly string[];
}

/**
 * Parses addresses (`203.0.113.7`, `2001:db8::1`), CIDR ranges (`10.0.0.0/8`) and the keyword
 * `unix`, which fits the empty address of peers on a unix socket.
 *
 * @throws WindlassError `ERR_IP_RULE_INVALID`
 */
export function parseIpRules(rules: readonly string[]): IpRules {
  const set = new IpRuleSet();
  for (const rule of rules) set.add(rule);
  return set;
}

/** {@link IpRules} that change at run time. Single addresses cost one look-up, ranges a comparison each. */
export class IpRuleSet implements IpRules {
  readonly #texts = new Set<string>();
  readonly #ranges = new Map<string, Range>();

  get texts(): readonly string[] {
    return [...this.#texts];
  }

  /** @throws WindlassError `ERR_IP_RULE_INVALID` */
  add(rule: string): void {
    const parsed = parseIpRule(rule);
    if (parsed === undefined) throw new WindlassError("ERR_IP_RULE_INVALID", { rule });
    this.#texts.add(parsed.text);
    if (parsed.range !== undefined) this.#ranges.set(parsed.text, parsed.range);
  }

  /** Returns whether the rule was there. */
  delete(rule: string): boolean {
    const text = parseIpRule(rule)?.text ?? rule;
    this.#ranges.delete(text);
    return this.#texts.delete(text);
  }

  matches(ip: string): boolean {
    if (this.#texts.size === 0) return false;
    if (ip === "") return this.#texts.has(unixKeyword);
    const address = parseAddress(ip);
    if (address === undefined) return false;
    if (this.#texts.has(address.toString())) return true;
    const kind = address.kind();
    for (const range of this.#ranges.values()) {
      if (range[0].kind() === kind && address.match(range)) return true;
    }
    return false;
  }
}

/** An address without its zone, IPv4-mapped IPv6 as IPv4; undefined when it is none. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(":")) {
    // Only four decimal parts: "010.0.0.1" and "0x7f.1" mean different hosts to different programs.
    return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined;
  }
  const bare = text.replace(/%.*$/, "");
  return ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare) : undefined;
}

function parseIpRule(rule: string): IpRule | undefined {
  if (rule === unixKeyword) return { text: rule };
  const slash = rule.lastIndexOf("/");
  const addressText = slash < 0 ? rule : rule.slice(0, slash);
  const address = parseAddress(addressText);
  if (address === undefined) return undefined;
  const isIpv4 = address.kind() === "ipv4";
  const maxBits = isIpv4 ? 32 : 128;
  const bits = slash < 0 ? maxBits : parseBits(rule.slice(slash + 1));
  if (bits === undefined) return undefined;
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8. Shorter than 96 bits it would be neither family.
  const isMapped = slash >= 0 && isIpv4 && addressText.includes(":");
  return toRule(address, isMapped ? bits - 96 : bits, maxBits);
}

function parseBits(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}

function toRule(address: Address, bits: number, maxBits: number): IpRule | undefined {
  if (bits < 0 || bits > maxBits) return undefined;
  if (bits === maxBits) return { text: address.toString() };
  const cidr = `${address.toString()}/${bits}`;
  const network: Address =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return { text: `${network.toString()}/${bits}`, range: [network, bits] };
}
