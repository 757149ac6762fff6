import {
  type Frame,
  type FrameCodec,
  type Payload,
  type PresenceFrame,
  type SubscribeFrame,
  toWire,
  type UnsubscribeFrame,
} from "@windlass/protocol";
import type { ClientClock } from "../client-clock.ts";
import { clientError } from "../client-errors.ts";
import { fitting } from "../fitting.ts";
import { byteLengthOf } from "./byte-length.ts";
import { checkRoom, type QueueLimits } from "./queue-options.ts";

/** A frame as it goes over the wire. */
export type EncodedFrame = string | Uint8Array<ArrayBuffer>;

/** What an outbox needs. */
export interface OutboxParts {
  readonly codec: FrameCodec;
  readonly clock: ClientClock;
  readonly limits: QueueLimits;
  /** Whether it went out; `false` while there is no connection. */
  readonly write: (frame: EncodedFrame) => boolean;
}

/** A frame that gets its id when it is sent. */
type WithoutId<F extends Frame> = F extends unknown ? Omit<F, "id"> : never;

/** A message that wants an answer. */
export interface Delivery {
  readonly type: "event" | "request" | "publish" | "presence";
  /** Missing for what has no topic. */
  readonly topic?: string;
  /** Missing for what has no name. */
  readonly name?: string;
  /** What the data is, for what has some. */
  readonly payload?: Payload;
  readonly data?: unknown;
  /** How long the answer may take, in milliseconds. Default: as long as a message may wait. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Takes the answer. */
type Settle = (error: Error | undefined, data?: unknown) => void;

interface Pending {
  /** Missing for what is asked on one connection only. */
  readonly frame?: EncodedFrame;
  readonly name: string;
  readonly bytes: number;
  readonly settle: Settle;
  readonly type?: Delivery["type"];
  isSent: boolean;
}

/**
 * What has no answer yet, by id. A message is encoded when it comes, so that it is the same each
 * time it is sent.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  /** In the order of their ids, which rise. */
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #bytes = 0;
  #end: Error | undefined;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Bytes of all messages without an answer. */
  get bytes(): number {
    return this.#bytes;
  }

  /** All ids up to this one have their answers. */
  get seen(): number {
    const [first = this.#lastId + 1] = this.#pending.keys();
    return first - 1;
  }

  /** Sends a message, now or later, until it is answered. Rejects with what became of it. */
  deliver({ type, topic, name, payload, data, ...options }: Delivery): Promise<unknown> {
    const { clock, codec, limits, write } = this.#parts;
    const { timeoutMs = limits.expireMs, signal } = options;
    const late = options.timeoutMs === undefined ? "ERR_MESSAGE_EXPIRED" : "ERR_REQUEST_TIMEOUT";
    const about = name ?? topic ?? "";
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) throw this.#end;
      const cancelled = (): Error => clientError("ERR_CANCELLED", { name: about }, signal?.reason);
      if (signal?.aborted === true) throw cancelled();
      const id = this.#lastId + 1;
      const encoded = fitting(about, data, () =>
        // In the order that servers read quickly.
        codec.encode({ type, id, topic, name, data: payload && toWire(payload, data) } as Frame),
      );
      const bytes = byteLengthOf(encoded);
      checkRoom(limits, this.#pending.size + 1, this.#bytes + bytes);
      const giveUp = (error: Error): void => {
        this.settle(id, error);
        // Goes nowhere without a connection, and with one the request has been sent.
        if (type === "request") write(codec.encode({ type: "cancel", id }));
      };
      const abort = (): void => giveUp(cancelled());
      signal?.addEventListener("abort", abort);
      const stopTimer = clock.after(timeoutMs, () =>
        giveUp(clientError(late, { name: about, timeoutMs })),
      );
      const settle: Settle = (error, result) => {
        stopTimer();
        signal?.removeEventListener("abort", abort);
        this.#bytes -= bytes;
        if (error === undefined) resolve(result);
        else reject(error);
      };
      const pending: Pending = {
        frame: encoded,
        name: about,
        bytes,
        settle,
        type,
        isSent: false,
      };
      this.#lastId = id;
      this.#bytes += bytes;
      this.#pending.set(id, pending);
      pending.isSent = write(encoded);
    });
  }

  /**
   * Sends what means something on this connection only. A lost connection leaves it unanswered.
   *
   * @returns whether there is a connection
   */
  ask(
    frame: WithoutId<SubscribeFrame | UnsubscribeFrame | PresenceFrame>,
    settle: Settle,
  ): boolean {
    const id = this.#lastId + 1;
    const isSent = this.#parts.write(this.#parts.codec.encode({ ...frame, id }));
    if (isSent) {
      this.#lastId = id;
      this.#pending.set(id, { name: frame.topic, bytes: 0, settle, isSent: false });
    }
    return isSent;
  }

  /** An answer has come. Those that nobody waits for are nothing. */
  settle(id: number, error: Error | undefined, data?: unknown): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.settle(error, data);
  }

  /** Sends what has no answer yet, in the order of ids: either what was sent before, or the rest. */
  flush(wasSent: boolean): void {
    for (const pending of this.#pending.values()) {
      if (pending.frame === undefined || pending.isSent !== wasSent) continue;
      pending.isSent = this.#parts.write(pending.frame);
    }
  }

  /** The server has forgotten what was sent before. */
  rejectSent(): void {
    for (const [id, { isSent, name }] of this.#pending) {
      if (isSent) this.settle(id, clientError("ERR_SESSION_LOST", { name }));
    }
  }

  /** The server closes the connection whenever it gets one of what was sent: the largest, surely. */
  rejectLargest(): void {
    const sent = [...this.#pending].filter(([, { isSent }]) => isSent);
    sent.sort(([, a], [, b]) => b.bytes - a.bytes);
    for (const [id, { name, bytes }] of sent.slice(0, 1)) {
      this.settle(id, clientError("ERR_MESSAGE_TOO_BIG", { name, bytes }));
    }
  }

  /** The connection is gone, and with it what was asked on it. */
  lost(): void {
    for (const [id, pending] of this.#pending) {
      if (pending.frame === undefined) this.#pending.delete(id);
      // A question is no repetition: it has its turn again, after its topic.
      if (pending.type === "presence") pending.isSent = false;
    }
  }

  /** Rejects everything, now and from now on. */
  end(error: Error): void {
    this.#end = error;
    for (const id of this.#pending.keys()) this.settle(id, error);
  }
}
