import ipaddr from "ipaddr.js";

/**
 * The canonical text of an IP address: IPv4-mapped IPv6 (`::ffff:10.0.0.1`, what a dual-stack
 * socket reports) becomes IPv4, IPv6 is compressed and lower-case. Anything else, such as the empty
 * address of a unix socket, comes back unchanged.
 */
export function canonicalIp(text: string): string {
  // Dotted IPv4 is canonical already, and by far the most common.
  if (!text.includes(":")) return text;
  if (!ipaddr.isValid(text)) return text;
  return ipaddr.process(text).toString();
}
