import type { SocketConstructor, SocketLike } from "./link/socket.ts";
import type { SocketData } from "./outbox/byte-length.ts";

type Listener = ((event: never) => void) | null;

/** A WebSocket whose other side is the test. Its events come when the test says so, never at once. */
export class FakeSocket implements SocketLike {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly sent: SocketData[] = [];
  readonly extensions = "";
  binaryType = "blob";
  bufferedAmount = 0;
  protocol = "";
  /** As in the DOM: 0 connecting, 1 open, 2 closing, 3 closed. */
  readyState = 0;
  /** What `close()` was called with first. */
  closedWith: readonly [code: number | undefined, reason: string | undefined] | undefined;
  onopen: Listener = null;
  onmessage: Listener = null;
  onerror: Listener = null;
  onclose: Listener = null;

  constructor(url: string | URL, protocols: string | string[] = []) {
    this.url = String(url);
    this.protocols = [protocols].flat();
  }

  /** Connecting or open: what a client must not have two of. */
  get isLive(): boolean {
    return this.readyState < 2;
  }

  /** The frames that the client has sent. */
  get frames(): readonly Record<string, unknown>[] {
    return this.sent.map((data) => JSON.parse(String(data)) as Record<string, unknown>);
  }

  /** The frames of one type, in short: `["1 say", "2 say"]`. */
  idsOf(...types: readonly string[]): readonly string[] {
    return this.frames
      .filter(({ type }) => types.includes(String(type)))
      .map(({ id, name, topic }) =>
        [id, name ?? topic].filter((part) => part !== undefined).join(" "),
      );
  }

  send(data: SocketData): void {
    if (this.readyState === 0) throw new DOMException("still connecting", "InvalidStateError");
    if (this.readyState === 1) this.sent.push(data);
  }

  close(code?: number, reason?: string): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.closedWith = [code, reason];
  }

  open(): void {
    this.readyState = 1;
    this.protocol = this.protocols[0] ?? "";
    this.#emit(this.onopen, {});
  }

  /** The server sends a message. */
  receive(data: unknown): void {
    this.#emit(this.onmessage, { data, origin: "ws://server.test" });
  }

  /** The server sends a frame. */
  receiveFrame(frame: object): void {
    this.receive(JSON.stringify(frame));
  }

  /** The socket opens, and the server answers the greeting. */
  welcome(members: object = {}): void {
    this.open();
    this.receiveFrame({ type: "welcome", connection: "c1", resumed: true, ...members });
  }

  /** The connection ends. */
  end(code = 1006, reason = "", wasClean = code !== 1006): void {
    this.readyState = 3;
    this.#emit(this.onclose, { code, reason, wasClean });
  }

  /** The connection cannot be made, or breaks. */
  fail(error?: Error): void {
    this.#emit(this.onerror, { error });
    this.end();
  }

  /** As Node 22 says that the connection cannot be made: without a close event, connecting for ever. */
  failWithoutClose(error: Error): void {
    this.#emit(this.onerror, { error });
  }

  #emit(listener: Listener, event: object): void {
    (listener as ((event: object) => void) | null)?.(event);
  }
}

/** Every socket that was made. */
export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];
  readonly WebSocket: SocketConstructor;

  constructor() {
    const { sockets } = this;
    this.WebSocket = class extends FakeSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    };
  }

  /** The newest one. */
  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was made yet");
    return socket;
  }

  get live(): readonly FakeSocket[] {
    return this.sockets.filter(({ isLive }) => isLive);
  }
}

/** Waits until every promise that can settle has done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
