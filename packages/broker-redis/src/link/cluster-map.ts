import { type Entrance, formatAddress, type RedisAddress } from "./address.ts";
import { LinkError, problemOf } from "./link-error.ts";
import type { LinkSettings } from "./link-settings.ts";
import { RedisConnection, type RedisReply } from "./redis-connection.ts";

/** Slots in a row, and the master that holds them. */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly master: RedisAddress;
}

/** Asks a node that there is a link to. */
export async function readClusterMap(
  connection: RedisConnection,
  asked: RedisAddress,
): Promise<readonly SlotRange[]> {
  return parseSlots(await connection.send(["CLUSTER", "SLOTS"]), asked);
}

/**
 * Asks one node after the other who holds which slots.
 *
 * @throws LinkError when none of them answers
 */
export async function findClusterMap(
  nodes: readonly RedisAddress[],
  entrance: Entrance,
  settings: LinkSettings,
): Promise<readonly SlotRange[]> {
  const problems: string[] = [];
  for (const node of nodes) {
    try {
      return await askNode(node, entrance, settings);
    } catch (error) {
      problems.push(`${formatAddress(node)}: ${problemOf(error, settings.secrets)}`);
    }
  }
  throw new LinkError(`no node of the cluster said who holds what (${problems.join("; ")})`);
}

async function askNode(
  node: RedisAddress,
  entrance: Entrance,
  settings: LinkSettings,
): Promise<readonly SlotRange[]> {
  const connection = await RedisConnection.open(settings.mapAddress(node), entrance, settings);
  try {
    return await readClusterMap(connection, node);
  } finally {
    connection.close(new LinkError("done"));
  }
}

/** CLUSTER SLOTS: `[from, to, [host, port, id], ...replicas]` each. */
function parseSlots(reply: RedisReply, asked: RedisAddress): readonly SlotRange[] {
  if (!Array.isArray(reply) || reply.length === 0) {
    throw new LinkError("its cluster holds no slots; create the cluster first");
  }
  return reply.map((range: RedisReply) => {
    const [from, to, master] = Array.isArray(range) ? range : [];
    const [host, port] = Array.isArray(master) ? master : [];
    // A node that does not know its own name leaves it empty: it is the one that was asked.
    const name = host === null || host === undefined ? "" : String(host);
    const isKnown = name !== "" && name !== "?";
    return {
      from: Number(from),
      to: Number(to),
      master: { host: isKnown ? name : asked.host, port: Number(port) },
    };
  });
}

/** Equal for maps that say the same. */
export function describeRanges(ranges: readonly SlotRange[]): string {
  const parts = ranges.map(({ from, to, master }) => `${from}-${to}=${formatAddress(master)}`);
  return parts.sort().join(" ");
}
