import { type Entrance, formatAddress, type RedisAddress } from "./address.ts";
import { LinkError, problemOf } from "./link-error.ts";
import type { LinkSettings } from "./link-settings.ts";
import { RedisConnection } from "./redis-connection.ts";

/** One Sentinel, and how to be let in there. */
export interface SentinelNode {
  readonly address: RedisAddress;
  readonly entrance: Entrance;
}

/**
 * Asks one Sentinel after the other where the master is. The Sentinel client of node-redis is not used: it
 * sends a command again when the link broke under it, which would publish twice.
 *
 * @throws LinkError when none of them knows
 */
export async function findMaster(
  sentinels: readonly SentinelNode[],
  masterName: string,
  settings: LinkSettings,
): Promise<RedisAddress> {
  const problems: string[] = [];
  for (const { address, entrance } of sentinels) {
    try {
      const master = await askSentinel({ address, entrance }, masterName, settings);
      if (master !== undefined) return master;
      problems.push(`${formatAddress(address)} knows no master "${masterName}"`);
    } catch (error) {
      problems.push(`${formatAddress(address)}: ${problemOf(error, settings.secrets)}`);
    }
  }
  throw new LinkError(`no Sentinel named the master (${problems.join("; ")})`);
}

async function askSentinel(
  { address, entrance }: SentinelNode,
  masterName: string,
  settings: LinkSettings,
): Promise<RedisAddress | undefined> {
  const place = settings.mapAddress(address);
  const connection = await RedisConnection.open(place, entrance, settings);
  try {
    const reply = await connection.send(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName]);
    if (!Array.isArray(reply)) return undefined;
    return { host: String(reply[0]), port: Number(reply[1]) };
  } finally {
    connection.close(new LinkError("done"));
  }
}
