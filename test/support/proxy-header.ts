import { isIPv6 } from "node:net";

const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");

/** One end of a connection as the PROXY protocol tells it. */
export interface ProxiedEnd {
  readonly ip: string;
  readonly port: number;
}

/**
 * A header of the PROXY protocol, version 2, as HAProxy's `send-proxy-v2` writes it in front of a
 * connection; LOCAL (the proxy's own health check) without a source.
 */
export function proxyHeader(source?: ProxiedEnd): Buffer {
  if (source === undefined) return Buffer.concat([signature, Buffer.from([0x20, 0x00, 0, 0])]);
  const isV6 = isIPv6(source.ip);
  const address = isV6 ? ipv6Bytes(source.ip) : Buffer.from(source.ip.split(".").map(Number));
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(443, 2);
  const body = Buffer.concat([address, address, ports]);
  return Buffer.concat([signature, Buffer.from([0x21, isV6 ? 0x21 : 0x11, 0, body.length]), body]);
}

/** Of an address without `::`. */
function ipv6Bytes(ip: string): Buffer {
  const groups = ip.split(":").map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
