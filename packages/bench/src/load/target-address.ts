import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";
import { BenchError } from "../contract/bench-error.ts";

/**
 * The IP address of the host of a URL, looked up once instead of for each connection. Of several
 * (`localhost` is ::1 and 127.0.0.1) the first that takes a connection, else the first.
 *
 * @throws BenchError when the host is not known
 */
export async function findTargetAddress(url: string): Promise<string> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0) return host;
  const addresses = await lookUp(host);
  const [first] = addresses;
  if (first === undefined)
    throw new BenchError(`The host ${host} has no address; correct the URL.`);
  if (addresses.length === 1) return first;
  const number = port === "" ? (protocol === "wss:" ? 443 : 80) : Number(port);
  for (const address of addresses) {
    if (await listens(address, number)) return address;
  }
  return first;
}

async function lookUp(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    const code = cause instanceof Error ? Reflect.get(cause, "code") : cause;
    throw new BenchError(`The host ${host} is not known (${code}); correct the URL.`, { cause });
  }
}

const PROBE_TIMEOUT_MS = 1_000;

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    const answer = (isListening: boolean) => {
      socket.destroy();
      resolve(isListening);
    };
    socket.once("connect", () => answer(true));
    socket.once("timeout", () => answer(false));
    socket.once("error", () => answer(false));
  });
}
