import type { Envelope, MessageFormat } from "../../contract/adapter.ts";
import { BenchError } from "../../contract/bench-error.ts";
import { clientFrameBytes, Opcode, writeClientFrame } from "../../wire/client-frame.ts";
import { PUBLISHER_DIGITS, sequenceDigits, writeDigits, writeFiller } from "./payload-content.ts";

export interface PayloadPoolOptions {
  /** At least 1, or 3 with `publisher`. */
  readonly messageBytes: number;
  readonly format: MessageFormat;
  /** Messages a connection may have in flight, at least 1. */
  readonly minimum: number;
  /** The messages one payload travels in; exactly one holds it. */
  readonly request: readonly Envelope[];
  /** Number of the publisher within its topic, 0 to 1295. Default: payloads do not name one. */
  readonly publisher?: number;
  /** Bytes the pool may take unless `minimum` needs more. Default: 8 MiB. */
  readonly budgetBytes?: number;
}

const DEFAULT_BUDGET_BYTES = 8 * 1024 * 1024;
/** Without need for more the pool stays in the second-level cache, out of the server's third. */
const COMFORTABLE_BYTES = 1024 * 1024;
const COMFORTABLE_SIZE = 256;

/**
 * Messages made ahead of time: masked frames, one after the other in one buffer, so that any run
 * of them is a single write. Payload `i` begins with its number; message `k` of a connection is
 * payload `k % size`.
 */
export class PayloadPool {
  /** A power of two, at least twice `minimum`. */
  readonly size: number;
  /** Bytes on the wire of the messages for one payload. */
  readonly frameBytes: number;
  /** Bytes of one payload. */
  readonly messageBytes: number;
  /** The most payloads that `frames` gives at a time. */
  readonly longestRun: number;
  readonly #options: PayloadPoolOptions;
  readonly #frames: Buffer;

  constructor(options: PayloadPoolOptions) {
    this.#options = options;
    this.messageBytes = options.messageBytes;
    this.size = poolSize(options);
    const first = this.#surround(0);
    this.frameBytes = first.reduce((sum, { bytes }) => sum + clientFrameBytes(bytes.length), 0);
    this.longestRun = options.minimum;
    // The head is repeated after the tail, so that a run over the end is contiguous as well.
    const inAll = this.size + this.longestRun - 1;
    this.#frames = Buffer.allocUnsafeSlow(inAll * this.frameBytes);
    let offset = 0;
    for (let index = 0; index < inAll; index += 1) {
      for (const { opcode, bytes } of this.#surround(index % this.size)) {
        offset = writeClientFrame(this.#frames, offset, opcode, bytes);
      }
    }
  }

  /** The frames of `count` messages in a row, up to `longestRun`; `first` counts on beyond `size`. */
  frames(first: number, count: number): Buffer {
    if (count > this.longestRun) {
      throw new RangeError(`${count} payloads wanted at a time; at most ${this.longestRun}.`);
    }
    const start = (first & (this.size - 1)) * this.frameBytes;
    return this.#frames.subarray(start, start + count * this.frameBytes);
  }

  /** Sends `count` messages in as few writes as they can be had in. */
  send(client: { send(frames: Buffer): void }, first: number, count: number): void {
    for (let done = 0; done < count; done += this.longestRun) {
      client.send(this.frames(first + done, Math.min(this.longestRun, count - done)));
    }
  }

  /** Payload `sequence` as the server ought to send it back. */
  payload(sequence: number): Buffer {
    const { messageBytes, format, publisher } = this.#options;
    const payload = Buffer.allocUnsafe(messageBytes);
    const before = publisher === undefined ? 0 : PUBLISHER_DIGITS;
    if (publisher !== undefined) writeDigits(payload, 0, before, publisher);
    const digits = sequenceDigits(messageBytes, before);
    writeDigits(payload, before, digits, sequence);
    writeFiller(payload, before + digits, sequence, format);
    return payload;
  }

  #surround(sequence: number): { opcode: number; bytes: Buffer }[] {
    return this.#options.request.map((envelope) => {
      const payload = envelope.holdsPayload ? [this.payload(sequence)] : [];
      return {
        opcode: envelope.format === "binary" ? Opcode.Binary : Opcode.Text,
        bytes: Buffer.concat([
          Buffer.from(envelope.before),
          ...payload,
          Buffer.from(envelope.after),
        ]),
      };
    });
  }
}

/**
 * How many payloads there are: four times as many as can be in flight, so that a late reply is told
 * from one still due, as far as the bytes and the digits allow, and never fewer than twice as many.
 */
export function poolSize(options: Omit<PayloadPoolOptions, "request">): number {
  const { messageBytes, minimum, publisher, budgetBytes = DEFAULT_BUDGET_BYTES } = options;
  const digits = sequenceDigits(messageBytes, publisher === undefined ? 0 : PUBLISHER_DIGITS);
  const numbered = powerOfTwoUpTo(36 ** digits);
  if (digits === 0 || numbered < 2 * minimum) {
    const most = digits === 0 ? 0 : numbered / 2;
    throw new BenchError(
      `A message of ${messageBytes} bytes is too short to number: ${minimum} in flight were asked for, ${most} can be told apart. Make messages longer (5 bytes are always enough for up to 16,384) or send fewer at a time.`,
    );
  }
  const affordable = powerOfTwoUpTo(budgetBytes / messageBytes);
  const comfortable = Math.min(COMFORTABLE_SIZE, powerOfTwoUpTo(COMFORTABLE_BYTES / messageBytes));
  const wanted = Math.max(powerOfTwoFrom(4 * minimum), comfortable);
  return Math.min(numbered, Math.max(Math.min(wanted, affordable), powerOfTwoFrom(2 * minimum)));
}

function powerOfTwoFrom(value: number): number {
  return 2 ** Math.ceil(Math.log2(value));
}

function powerOfTwoUpTo(value: number): number {
  return value < 1 ? 1 : 2 ** Math.floor(Math.log2(value));
}
