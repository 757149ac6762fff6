/** A frame on its way from the server to the peer. */
export type WireFrame =
  | { readonly kind: "message"; readonly data: string | Uint8Array; readonly byteLength: number }
  | { readonly kind: "close"; readonly code: number; readonly reason: string };

/** The way from the server to the peer; a peer that does not read makes it fill up. */
export class InMemoryWire {
  readonly #deliver: (frame: WireFrame) => void;
  readonly #backlog: WireFrame[] = [];
  #isPaused = false;
  #bufferedBytes = 0;

  /** @param deliver the peer reads a frame. */
  constructor(deliver: (frame: WireFrame) => void) {
    this.#deliver = deliver;
  }

  /** Payload bytes that the peer has not read. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Returns whether the frame went out at once; otherwise it waits until the peer reads on. */
  write(frame: WireFrame): boolean {
    if (!this.#isPaused) {
      this.#deliver(frame);
      return true;
    }
    this.#backlog.push(frame);
    if (frame.kind === "message") this.#bufferedBytes += frame.byteLength;
    return false;
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Reads everything that waits. Returns whether there was anything. */
  resume(): boolean {
    this.#isPaused = false;
    const frames = this.#backlog.splice(0);
    this.#bufferedBytes = 0;
    for (const frame of frames) this.#deliver(frame);
    return frames.length > 0;
  }

  /** The TCP connection is gone, and with it everything that waits. */
  cut(): void {
    this.#backlog.length = 0;
    this.#bufferedBytes = 0;
  }
}
