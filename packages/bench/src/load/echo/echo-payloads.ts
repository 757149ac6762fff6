import type { Adapter } from "../../contract/adapter.ts";
import type { EchoSettings, SoakSettings } from "../../contract/settings.ts";
import { PayloadPool } from "../payload/payload-pool.ts";
import { ReplyReader } from "../payload/reply-reader.ts";

/** Open loop: how long a server may stall before due messages cannot be sent any more. */
const STALL_SECONDS = 2;

/** What all connections of the scenario `echo` send, and what reads it when it comes back. */
export function createEchoPayloads(
  settings: EchoSettings | SoakSettings,
  adapter: Adapter,
): { readonly pool: PayloadPool; readonly reader: ReplyReader } {
  const { messageBytes, format } = settings;
  const request = adapter.request(format, 0);
  const minimum = settings.inFlight ?? outstanding(settings);
  const pool = new PayloadPool({ messageBytes, format, minimum, request });
  const envelope = adapter.reply(format, 0);
  const { locate } = adapter;
  return { pool, reader: new ReplyReader({ envelope, locate, pool, namesPublisher: false }) };
}

/** Open loop: what a server that stalls leaves unanswered on each connection. */
function outstanding({ rate = 0, connections, messageBytes }: EchoSettings | SoakSettings): number {
  const stalled = Math.ceil((STALL_SECONDS * rate) / Math.max(1, connections));
  // Messages too short for three digits can be told apart only in smaller numbers.
  const numbered = messageBytes >= 3 ? 8192 : 8 * 32 ** (messageBytes - 1);
  return Math.min(Math.max(stalled, 16), numbered);
}
