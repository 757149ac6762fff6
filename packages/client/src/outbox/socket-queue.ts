import type { ClientClock } from "../client-clock.ts";
import { byteLengthOf, type SocketData } from "./byte-length.ts";
import { checkRoom, type QueueLimits } from "./queue-options.ts";

interface Item {
  readonly data: SocketData;
  readonly bytes: number;
  readonly expiresAtMs: number;
}

/** Messages that wait for a socket. Those that waited for too long are left out. */
export class SocketQueue {
  readonly #clock: ClientClock;
  readonly #limits: QueueLimits;
  /** The oldest first, which is also the first to expire. */
  readonly #items: Item[] = [];
  #bytes = 0;

  constructor(clock: ClientClock, limits: QueueLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get bytes(): number {
    this.#dropExpired();
    return this.#bytes;
  }

  /** @throws ProtocolError `ERR_QUEUE_FULL` */
  add(data: SocketData): void {
    const bytes = byteLengthOf(data);
    const total = this.bytes + bytes;
    checkRoom(this.#limits, this.#items.length + 1, total);
    const expiresAtMs = this.#clock.now() + this.#limits.expireMs;
    this.#items.push({ data: copyOf(data), bytes, expiresAtMs });
    this.#bytes = total;
  }

  /** What waits, in its order; nothing waits afterwards. */
  take(): readonly SocketData[] {
    this.#dropExpired();
    this.#bytes = 0;
    return this.#items.splice(0).map(({ data }) => data);
  }

  #dropExpired(): void {
    const now = this.#clock.now();
    let first = this.#items[0];
    while (first !== undefined && first.expiresAtMs <= now) {
      this.#items.shift();
      this.#bytes -= first.bytes;
      first = this.#items[0];
    }
  }
}

/** What is sent is what it was when it was given, whatever becomes of the buffer. */
function copyOf(data: SocketData): SocketData {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
  return typeof data === "string" || data instanceof Blob ? data : data.slice(0);
}
