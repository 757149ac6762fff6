import { messageOf, WindlassError } from "./errors.ts";
import type { Message } from "./message.ts";

// `ignoreBOM` keeps a leading U+FEFF in the text: the payload is handed over as it was sent.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Stands for every empty payload: detached memory cannot even be read as empty. */
const noBytes = new Uint8Array();

/**
 * A message over memory that the transport takes back: the engine detaches the ArrayBuffer when its
 * callback returns, which makes its length 0 and so tells us that the message has expired.
 */
export class ReceivedMessage implements Message {
  readonly isBinary: boolean;
  readonly byteLength: number;
  #payload: ArrayBuffer | Uint8Array<ArrayBuffer>;

  constructor(payload: ArrayBuffer, isBinary: boolean) {
    this.#payload = payload.byteLength === 0 ? noBytes : payload;
    this.isBinary = isBinary;
    this.byteLength = payload.byteLength;
  }

  /**
   * The bytes without a copy, valid until the next await at the latest; for transports that forward
   * the message.
   *
   * @throws WindlassError `ERR_MESSAGE_EXPIRED`
   */
  get payload(): ArrayBuffer | Uint8Array<ArrayBuffer> {
    if (this.#payload.byteLength !== this.byteLength) {
      throw new WindlassError("ERR_MESSAGE_EXPIRED", { bytes: this.byteLength });
    }
    return this.#payload;
  }

  text(): string {
    return decoder.decode(this.payload);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const { payload } = this;
    // Not a slice of the buffer: up to 64 bytes a new array needs no buffer of its own, which costs four
    // times as much.
    const copy = new Uint8Array(payload.byteLength);
    copy.set(payload instanceof ArrayBuffer ? new Uint8Array(payload) : payload);
    return copy;
  }

  json(): unknown {
    const text = this.text();
    try {
      return JSON.parse(text);
    } catch (error) {
      // The engine's message may quote the payload, which must not reach a log: keep only the kind.
      const problem = /position \d+/.exec(messageOf(error))?.[0] ?? "it does not parse";
      throw new WindlassError("ERR_MESSAGE_NOT_JSON", { bytes: this.byteLength, problem });
    }
  }

  retain(): this {
    const { payload } = this;
    if (payload instanceof ArrayBuffer) {
      // Pooled memory: three times cheaper than a slice for the small messages that are the rule.
      const copy = Buffer.allocUnsafe(payload.byteLength);
      copy.set(new Uint8Array(payload));
      this.#payload = copy;
    }
    return this;
  }
}
