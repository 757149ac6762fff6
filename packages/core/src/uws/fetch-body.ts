import type { ReadableStreamDefaultController } from "node:stream/web";

/** Unread request body, in bytes, at which the client is paused. */
const highWaterMarkBytes = 256 * 1024;

/**
 * The body of a request while it arrives. It is kept until the handler says how it wants it: whole, which
 * costs little, or as a stream.
 */
export class FetchBody {
  readonly #throttle: (isPaused: boolean) => void;
  /** What has arrived and nobody has taken. */
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;
  #isArriving = true;
  #failure: { readonly reason: unknown } | undefined;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #whole: Waiting | undefined;

  /** @param throttle told to pause the client when the body is not read, and to let it go on */
  constructor(throttle: (isPaused: boolean) => void) {
    this.#throttle = throttle;
  }

  /** Whether there is more to come that somebody may want. */
  get isArriving(): boolean {
    return this.#isArriving;
  }

  /** @param chunk is kept, so nobody else may write to it */
  push(chunk: Uint8Array<ArrayBuffer>, isLast: boolean): void {
    if (!this.#isArriving) return;
    if (isLast) this.#isArriving = false;
    if (this.#stream !== undefined) this.#enqueue(this.#stream, chunk);
    else this.#keep(chunk);
  }

  #enqueue(stream: ReadableStreamDefaultController<Uint8Array>, chunk: Uint8Array): void {
    if (chunk.byteLength > 0) stream.enqueue(chunk);
    if (!this.#isArriving) stream.close();
    else if ((stream.desiredSize ?? 0) <= 0) this.#throttle(true);
  }

  #keep(chunk: Uint8Array<ArrayBuffer>): void {
    if (chunk.byteLength > 0) this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
    if (!this.#isArriving) this.#whole?.resolve(this.#takeAll());
    else if (this.#whole === undefined && this.#length >= highWaterMarkBytes) this.#throttle(true);
  }

  /** The rest will not come. What has arrived completely stays. */
  fail(reason: unknown): void {
    if (!this.#isArriving) return;
    this.#isArriving = false;
    this.#failure = { reason };
    this.#chunks = [];
    this.#stream?.error(reason);
    this.#whole?.reject(reason);
  }

  /** All bytes, once they are there; nobody else has them. Once, and instead of {@link stream}. */
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    if (!this.#isArriving) return Promise.resolve(this.#takeAll());
    return new Promise((resolve, reject) => {
      this.#whole = { resolve, reject };
      this.#throttle(false);
    });
  }

  #takeAll(): Uint8Array<ArrayBuffer> {
    const chunks = this.#chunks;
    this.#chunks = [];
    const [first] = chunks;
    // Almost every body arrives at once.
    if (chunks.length === 1 && first !== undefined) return first;
    const all = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of chunks) {
      all.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return all;
  }

  /** The bytes as they come. The client is paused while they are not read. Once. */
  stream(): ReadableStream<Uint8Array> {
    const start = (stream: ReadableStreamDefaultController<Uint8Array>): void => {
      this.#stream = stream;
      for (const chunk of this.#chunks) stream.enqueue(chunk);
      this.#chunks = [];
      if (this.#failure !== undefined) stream.error(this.#failure.reason);
      else if (!this.#isArriving) stream.close();
    };
    const pull = (): void => this.#throttle(false);
    const cancel = (): void => {
      this.#isArriving = false;
      this.#throttle(false);
    };
    const strategy = new ByteLengthQueuingStrategy({ highWaterMark: highWaterMarkBytes });
    return new ReadableStream({ start, pull, cancel }, strategy);
  }
}

interface Waiting {
  resolve(bytes: Uint8Array<ArrayBuffer>): void;
  reject(reason: unknown): void;
}
