import type { Socket } from "node:net";
import { ClientCloseWatch } from "./client-close-watch.ts";

/** Where bytes go. */
export type ProxyDirection = "toServer" | "toClient";

/** How a socket is ended: reset (what was under way may be lost) or in order. */
export type CutMode = "rst" | "fin";

/** The one who is left with an open socket. */
export type ProxySide = "client" | "server";

/** Bytes after which a connection is cut, counted from now. */
export interface CutAfter {
  readonly direction: ProxyDirection;
  /** So many are passed on still, in the middle of a frame if need be. */
  readonly bytes: number;
  /** Default: `rst`. */
  readonly how?: CutMode;
}

/** One connection through a proxy: a socket of the client and one to the server. */
export class ProxyLink {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #lanes: Readonly<Record<ProxyDirection, Lane>>;
  readonly #onChange: () => void;
  readonly #closeWatch = new ClientCloseWatch();
  #hasSpoken = false;
  #isBroken = false;
  #isHalfOpen = false;

  constructor(client: Socket, server: Socket, onChange: () => void) {
    client.on("data", (chunk: Buffer) => {
      this.#hasSpoken = true;
      this.#closeWatch.add(chunk);
    });
    this.#client = client;
    this.#server = server;
    this.#onChange = onChange;
    this.#lanes = { toServer: new Lane(client, server), toClient: new Lane(server, client) };
    for (const socket of [client, server]) {
      // The close that follows says all that is needed.
      socket.on("error", () => {});
      socket.on("end", onChange);
      socket.on("close", onChange);
    }
  }

  /** Whether the client's socket is there still, in whatever condition. */
  get isOpen(): boolean {
    return !this.#client.destroyed;
  }

  /**
   * Whether the client has ever said anything. Browsers and Node open connections in advance, which no
   * WebSocket knows about.
   */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  /**
   * Whether both sides may take this connection for a good one: nobody has broken it, ended it or said
   * goodbye.
   */
  get isLive(): boolean {
    if (this.#isBroken || !this.#hasSpoken || this.#closeWatch.hasClosed) return false;
    const sockets = [this.#client, this.#server];
    return sockets.every((it) => !it.destroyed && !it.readableEnded);
  }

  /** Ends the sockets of both sides. */
  cut(how: CutMode = "rst"): void {
    this.#break();
    end(this.#client, how);
    end(this.#server, how);
  }

  /** Passes nothing on any more, and reads nothing, while the sockets stay open. */
  stall(...directions: readonly ProxyDirection[]): void {
    this.#setMode("stall", directions);
  }

  /** Leaves a new connection without an answer; it is as good as any other when it is resumed. */
  hang(): void {
    for (const lane of Object.values(this.#lanes)) lane.setMode("stall");
  }

  /** Reads what comes and throws it away. */
  drop(...directions: readonly ProxyDirection[]): void {
    this.#setMode("drop", directions);
    this.#isHalfOpen = true;
  }

  /** Ends the socket of one side; the other one stays open, and what comes from it is thrown away. */
  halfOpen(staysOpen: ProxySide, how: CutMode = "rst"): void {
    this.drop();
    end(staysOpen === "client" ? this.#server : this.#client, how);
  }

  /** Cuts when so many bytes have passed. */
  cutAfter({ direction, bytes, how }: CutAfter): void {
    this.#lanes[direction].cutAfter(bytes, () => this.cut(how));
  }

  /**
   * Goes on where it was stalled. A connection that lost bytes cannot: it is reset, as it is by a
   * peer that knows nothing about it.
   */
  resume(): void {
    if (this.#isHalfOpen) this.cut();
    for (const lane of Object.values(this.#lanes)) lane.setMode("forward");
  }

  #setMode(mode: LaneMode, directions: readonly ProxyDirection[]): void {
    const chosen = directions.length > 0 ? directions : (["toServer", "toClient"] as const);
    this.#break();
    for (const direction of chosen) this.#lanes[direction].setMode(mode);
  }

  #break(): void {
    this.#isBroken = true;
    this.#onChange();
  }
}

function end(socket: Socket, how: CutMode): void {
  if (how === "rst") socket.resetAndDestroy();
  else socket.destroySoon();
}

type LaneMode = "forward" | "stall" | "drop";

/** One direction of a connection. */
class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  #mode: LaneMode = "forward";
  #isFull = false;
  #bytesLeft = Number.POSITIVE_INFINITY;
  #cut = (): void => {};

  constructor(from: Socket, to: Socket) {
    this.#from = from;
    this.#to = to;
    from.on("data", (chunk: Buffer) => this.#take(chunk));
    from.on("end", () => this.#pass(() => to.end()));
    from.on("close", (hadError) => this.#pass(() => end(to, hadError ? "rst" : "fin")));
    to.on("drain", () => {
      this.#isFull = false;
      this.#flow();
    });
  }

  setMode(mode: LaneMode): void {
    this.#mode = mode;
    this.#flow();
    // It may have ended while that was hidden.
    if (this.#from.destroyed) this.#pass(() => end(this.#to, "rst"));
  }

  cutAfter(bytes: number, cut: () => void): void {
    this.#bytesLeft = bytes;
    this.#cut = cut;
    if (bytes === 0) cut();
  }

  #take(chunk: Buffer): void {
    if (this.#mode === "drop" || this.#bytesLeft === 0) return;
    const passed = chunk.subarray(0, this.#bytesLeft);
    this.#bytesLeft -= passed.length;
    const isLast = this.#bytesLeft === 0;
    // The cut waits until these bytes are on their way.
    this.#isFull = !this.#to.write(passed, () => isLast && this.#cut());
    this.#flow();
  }

  /** What ends one side ends the other, unless this lane hides it. */
  #pass(action: () => void): void {
    if (this.#mode === "forward") action();
  }

  #flow(): void {
    const isHeld = this.#mode === "stall" || (this.#mode === "forward" && this.#isFull);
    if (isHeld) this.#from.pause();
    else this.#from.resume();
  }
}
