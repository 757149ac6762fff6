import type { Adapter } from "../../contract/adapter.ts";
import { BenchError } from "../../contract/bench-error.ts";
import type { BroadcastSettings } from "../../contract/settings.ts";
import { PUBLISHER_DIGITS, sequenceDigits } from "../payload/payload-content.ts";
import { PayloadPool, poolSize } from "../payload/payload-pool.ts";
import { ReplyReader } from "../payload/reply-reader.ts";
import { remember } from "../remember.ts";

/** Warm-up and measured phase: the last bit of what payloads give as their publisher. */
export const PHASES = 2;
export const WARM_UP = 0;
export const MEASURED = 1;
/** As many as two base 36 digits hold beside the phase. */
const MAX_PUBLISHERS_PER_TOPIC = 36 ** PUBLISHER_DIGITS / PHASES;
/** All pools together, unless they need more. */
const POOLS_BYTES = 64 * 1024 * 1024;
/** Messages ahead of time when bytes do not count. */
const COMFORTABLE_RUN = 128;
/** Open loop: how long a server may stall before due messages cannot be sent any more. */
const STALL_SECONDS = 2;

/**
 * Payloads that name publisher and phase. Receivers are in other processes than publishers, too; a
 * payload that says which phase it belongs to tells each of them what counts, wherever the phase
 * began earlier.
 *
 * All workers come to the same size of pools, because sequences mean nothing without it.
 */
export class BroadcastPayloads {
  /** Most publishers that a topic has. */
  readonly publishersPerTopic: number;
  /** How many sequences there are before they repeat. */
  readonly sequences: number;
  readonly #settings: BroadcastSettings;
  readonly #adapter: Adapter;
  readonly #shape: { readonly minimum: number; readonly budgetBytes: number };
  readonly #pools = new Map<string, PayloadPool>();
  readonly #readers = new Map<string, ReplyReader>();

  /**
   * @throws BenchError when a topic has more publishers than payloads can name, or messages are too
   * short to number.
   */
  constructor(settings: BroadcastSettings, adapter: Adapter) {
    this.publishersPerTopic = publishersPerTopic(settings);
    this.#settings = settings;
    this.#adapter = adapter;
    this.#shape = poolShape(settings);
    this.sequences = poolSize({ ...settings, ...this.#shape, publisher: 0 });
  }

  replyReader(topic: number): ReplyReader {
    const { locate } = this.#adapter;
    const envelope = this.#adapter.reply(this.#settings.format, topic);
    // Topics that look alike on the wire share a reader, and pools.
    return remember(this.#readers, JSON.stringify(envelope), () => {
      const pool = this.pool(topic, 0);
      return new ReplyReader({ envelope, locate, pool, namesPublisher: true });
    });
  }

  /** @param publisher twice the number within the topic, plus the phase. */
  pool(topic: number, publisher: number): PayloadPool {
    const { messageBytes, format } = this.#settings;
    const request = this.#adapter.request(format, topic);
    return remember(this.#pools, JSON.stringify([request, publisher]), () => {
      return new PayloadPool({ messageBytes, format, request, publisher, ...this.#shape });
    });
  }
}

function publishersPerTopic({ publishers, topics }: BroadcastSettings): number {
  const count = Math.ceil(publishers / topics);
  if (count <= MAX_PUBLISHERS_PER_TOPIC) return count;
  throw new BenchError(
    `A topic has ${count} publishers; payloads can name ${MAX_PUBLISHERS_PER_TOPIC}. Use fewer --publishers or more --topics.`,
  );
}

function poolShape(settings: BroadcastSettings): { minimum: number; budgetBytes: number } {
  const { messageBytes, publishers, inFlight, rate = 0 } = settings;
  const budgetBytes = Math.floor(POOLS_BYTES / (publishers * PHASES));
  // Half of what the digits can number, since a pool holds twice as many as are in flight.
  const numbered = 36 ** sequenceDigits(messageBytes, PUBLISHER_DIGITS) / 4;
  const affordable = budgetBytes / (4 * messageBytes);
  const stalled = (STALL_SECONDS * rate) / publishers;
  const comfortable = Math.min(Math.max(COMFORTABLE_RUN, stalled), affordable, numbered);
  const needed = inFlight ?? Math.min(16, numbered);
  return { minimum: Math.ceil(Math.max(needed, comfortable, 1)), budgetBytes };
}
