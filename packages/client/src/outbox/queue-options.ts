import { clientError } from "../client-errors.ts";

/** How much may wait for the server. */
export interface QueueOptions {
  /** Messages. Default: 16,384. */
  readonly maxMessages?: number;
  /** Bytes of all of them together. Default: 8,388,608 (8 MiB). */
  readonly maxBytes?: number;
  /** How long a message may wait, in milliseconds. Default: 120,000. */
  readonly expireMs?: number;
}

/** {@link QueueOptions} with everything filled in. */
export type QueueLimits = Required<QueueOptions>;

export function queueLimits({
  maxMessages = 16_384,
  maxBytes = 8_388_608,
  expireMs = 120_000,
}: QueueOptions = {}): QueueLimits {
  return { maxMessages, maxBytes, expireMs };
}

/** @throws ProtocolError `ERR_QUEUE_FULL` when so much may not wait */
export function checkRoom(
  { maxMessages, maxBytes }: QueueLimits,
  messages: number,
  bytes: number,
): void {
  if (messages <= maxMessages && bytes <= maxBytes) return;
  throw clientError("ERR_QUEUE_FULL", { messages, bytes, maxMessages, maxBytes });
}
