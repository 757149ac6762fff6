import type { BenchSettings } from "../contract/settings.ts";
import { formatCount } from "../report/format.ts";

/** Linux gives out about 28,000 ports for each pair of addresses (net.ipv4.ip_local_port_range). */
const PORTS_OF_ONE_ADDRESS = 25_000;
/**
 * Far fewer than fit: with an address of its own a socket gets its port from bind(), which tries
 * one after the other and takes milliseconds when half of them are taken.
 */
const PORTS_OF_EACH_ADDRESS = 4_000;
const MOST_ADDRESSES = 250;

export interface SourceAddresses {
  /** `127.0.0.2`, `127.0.0.3` ...; empty: let the system choose. */
  readonly addresses: readonly string[];
  readonly warnings: readonly string[];
}

/** Where connections come from, so that they do not run out of ports. */
export function sourceAddresses(settings: BenchSettings, targetAddress: string): SourceAddresses {
  const ports = portsNeeded(settings);
  if (ports <= PORTS_OF_ONE_ADDRESS) return { addresses: [], warnings: [] };
  if (!targetAddress.startsWith("127.")) {
    return {
      addresses: [],
      warnings: [
        `${formatCount(ports)} connections to ${targetAddress} may run out of ports: about 28,000 fit ` +
          "from one address. Use a target in 127.0.0.0/8, for which sources are spread over several addresses.",
      ],
    };
  }
  const count = Math.min(Math.ceil(ports / PORTS_OF_EACH_ADDRESS), MOST_ADDRESSES);
  const addresses = Array.from({ length: count }, (_, index) => `127.0.0.${index + 2}`);
  return { addresses, warnings: [] };
}

/** A port stays taken for a minute after its connection has been closed from here. */
function portsNeeded(settings: BenchSettings): number {
  const rounds = settings.scenario === "reconnect" ? settings.storms + 1 : 1;
  return settings.connections * rounds;
}
