import { Opcode } from "./client-frame.ts";
import { frameProblem } from "./frame-header.ts";
import type { SpareBuffers } from "./spare-buffers.ts";

/** What a server sends. Buffers are lent: they hold these bytes only until the call returns. */
export interface FrameSink {
  /** A whole data message: `bytes` from `start` to `end`. */
  message(bytes: Buffer, start: number, end: number, isBinary: boolean): void;
  ping(payload: Buffer): void;
  /** A close frame; 1005 when it holds no code. Nothing is read after it. */
  closed(code: number, reason: string): void;
}

const WHOLE_TEXT = 0x80 | Opcode.Text;
const WHOLE_BINARY = 0x80 | Opcode.Binary;
const LONGEST_HEADER = 10;
const NO_STATUS = 1005;

/**
 * Reads the frames of one connection. A message that came whole in one read and in one frame is
 * handed on where it lies; only what is cut, by a read or into fragments, is put together in a
 * buffer of its own.
 */
export class FrameParser {
  readonly #sink: FrameSink;
  readonly #spare: SpareBuffers;
  readonly #maxMessageBytes: number;
  #halted = false;

  // The frame under way when a read ends within it.
  readonly #header = new Uint8Array(LONGEST_HEADER);
  #headerBytes = 0;
  #inPayload = false;
  #payloadLeft = 0;

  // The data message under way: frames with `fin` 0, or the one that a read cut.
  #message: Buffer | undefined;
  #messageBytes = 0;
  #messageOpcode = 0;
  #isWithinMessage = false;
  #control: Buffer | undefined;
  #controlBytes = 0;

  /** A message longer than `maxMessageBytes` is an error. */
  constructor(sink: FrameSink, spare: SpareBuffers, maxMessageBytes: number) {
    this.#sink = sink;
    this.#spare = spare;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Reads no more, not even the rest of the chunk in hand. */
  halt(): void {
    this.#halted = true;
    this.#dropMessage();
  }

  /** Reads `chunk` from `start` to `end`. Returns what broke the protocol, as a sentence. */
  read(chunk: Buffer, start: number, end: number): string | undefined {
    let at = start;
    while (at < end && !this.#halted) {
      if (this.#inPayload) at = this.#takePayload(chunk, at, end);
      if (this.#isBetweenMessages) at = this.#takeWholeMessages(chunk, at, end);
      if (at === end || this.#halted) break;
      this.#header[this.#headerBytes] = chunk[at] as number;
      this.#headerBytes += 1;
      at += 1;
      const problem = this.#beginFrame();
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  get #isBetweenMessages(): boolean {
    return this.#headerBytes === 0 && !this.#inPayload && !this.#isWithinMessage;
  }

  /** Hands on the messages that lie whole in the chunk; the rest is for the slow way. */
  #takeWholeMessages(chunk: Buffer, start: number, end: number): number {
    let at = start;
    while (at + 2 <= end && !this.#halted) {
      const first = chunk[at] as number;
      const short = chunk[at + 1] as number;
      const payload = at + (short < 126 ? 2 : 4);
      if (!isShortMessage(first, short) || payload > end) return at;
      const next = payload + (short < 126 ? short : chunk.readUInt16BE(at + 2));
      if (next > end) return at;
      this.#sink.message(chunk, payload, next, first === WHOLE_BINARY);
      at = next;
    }
    return at;
  }

  /** Looks whether the header is whole by now, checks it and gets ready for the payload. */
  #beginFrame(): string | undefined {
    const [first = 0, second = 0] = this.#header;
    if (this.#headerBytes === 2) {
      const problem = frameProblem(first, second, this.#isWithinMessage);
      if (problem !== undefined) return problem;
    }
    if (this.#headerBytes < headerBytes(second)) return undefined;
    this.#headerBytes = 0;
    return this.#beginPayload(first & 0x0f, payloadBytes(this.#header));
  }

  #beginPayload(opcode: number, bytes: number): string | undefined {
    this.#inPayload = true;
    this.#payloadLeft = bytes;
    if (opcode >= Opcode.Close) {
      this.#control = Buffer.allocUnsafe(bytes);
      this.#controlBytes = 0;
    } else {
      if (!this.#isWithinMessage) this.#messageOpcode = opcode;
      if (this.#messageBytes + bytes > this.#maxMessageBytes) {
        return `protocol error: a message of ${this.#messageBytes + bytes} bytes or more; the generator reads up to ${this.#maxMessageBytes}`;
      }
      this.#isWithinMessage = true;
      this.#reserve(this.#messageBytes + bytes);
    }
    if (bytes === 0) this.#endFrame();
    return undefined;
  }

  #takePayload(chunk: Buffer, start: number, end: number): number {
    const bytes = Math.min(end - start, this.#payloadLeft);
    const next = start + bytes;
    if (this.#control !== undefined) {
      this.#controlBytes += chunk.copy(this.#control, this.#controlBytes, start, next);
    } else if (this.#message !== undefined) {
      this.#messageBytes += chunk.copy(this.#message, this.#messageBytes, start, next);
    }
    this.#payloadLeft -= bytes;
    if (this.#payloadLeft === 0) this.#endFrame();
    return next;
  }

  #endFrame(): void {
    this.#inPayload = false;
    const control = this.#control;
    const first = this.#header[0] ?? 0;
    if (control !== undefined) {
      this.#control = undefined;
      this.#endControl(first & 0x0f, control);
      return;
    }
    if ((first & 0x80) === 0 || this.#message === undefined) return;
    this.#isWithinMessage = false;
    const end = this.#messageBytes;
    // The sink may halt the parser, which gives the message back: `message` is still lent out then.
    this.#sink.message(this.#message, 0, end, this.#messageOpcode === Opcode.Binary);
    this.#dropMessage();
  }

  #endControl(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.Ping) this.#sink.ping(payload);
    if (opcode !== Opcode.Close) return;
    this.halt();
    const code = payload.length < 2 ? NO_STATUS : payload.readUInt16BE(0);
    this.#sink.closed(code, payload.toString("utf8", 2));
  }

  #reserve(bytes: number): void {
    const before = this.#message;
    if (before !== undefined && before.length >= bytes) return;
    const after = this.#spare.take(bytes);
    this.#message = after;
    if (before === undefined) return;
    before.copy(after, 0, 0, this.#messageBytes);
    this.#spare.giveBack(before);
  }

  #dropMessage(): void {
    this.#messageBytes = 0;
    if (this.#message === undefined) return;
    this.#spare.giveBack(this.#message);
    this.#message = undefined;
  }
}

/** One frame with a length of 7 or 16 bits, unmasked. */
function isShortMessage(first: number, second: number): boolean {
  return (first === WHOLE_TEXT || first === WHOLE_BINARY) && second <= 126;
}

function headerBytes(second: number): number {
  if (second < 126) return 2;
  return second === 126 ? 4 : LONGEST_HEADER;
}

function payloadBytes(header: Uint8Array): number {
  const view = new DataView(header.buffer);
  const short = view.getUint8(1);
  if (short < 126) return short;
  return short === 126 ? view.getUint16(2) : view.getUint32(2) * 2 ** 32 + view.getUint32(6);
}
