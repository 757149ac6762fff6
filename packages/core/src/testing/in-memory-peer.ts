import { CloseCode } from "../contract/close-code.ts";
import type { Connection } from "../contract/connection.ts";
import { type CloseEvent, toDisconnect } from "../contract/disconnect.ts";
import type { InMemoryConnection } from "./in-memory-connection.ts";
import type { InMemoryWire, WireFrame } from "./in-memory-wire.ts";
import { Inbox } from "./inbox.ts";

/** How a connection ended, as the client sees it: the members of the DOM's CloseEvent. */
export type PeerCloseEvent = Pick<CloseEvent, "code" | "reason" | "wasClean">;

/** The client of a connection in memory. */
export interface InMemoryPeer<Data = unknown> {
  /** The server's end of this connection, the object that the component gets. */
  readonly connection: Connection<Data>;
  /** Every message received so far: text as strings, binary as bytes. */
  readonly received: readonly (string | Uint8Array)[];
  /** How the connection ended. Never rejects. */
  readonly closed: Promise<PeerCloseEvent>;
  /** The oldest message that `next` has not returned yet, now or when it comes. Rejects when none can come. */
  next(): Promise<string | Uint8Array>;
  /**
   * Sends a message; the component's callback runs inside this call, unless another one is running.
   * Returns false when the server had closed the connection, so that the message is lost.
   */
  send(data: string | Uint8Array): boolean;
  /**
   * Closes with a close frame; without a code the server sees 1005. Does nothing when closed.
   *
   * @throws WindlassError `ERR_CLOSE_CODE_INVALID` when the code may not be sent.
   */
  close(code?: number, reason?: string): void;
  /** The TCP connection ends without a close frame: 1006 on both sides. */
  drop(): void;
  /** Stops reading, so that what the server sends piles up in its buffer. */
  pause(): void;
  /** Reads what has piled up and goes on reading. */
  resume(): void;
}

/** Runs an event of the engine: at once, or after the one that is running. */
export type RunEvent = (event: () => void) => void;

const encoder = new TextEncoder();

/** What the wire of a peer ends in. */
export class PeerInbox {
  readonly messages: Inbox<string | Uint8Array> = new Inbox();
  readonly closed: Promise<PeerCloseEvent>;
  readonly #close: (event: PeerCloseEvent) => void;

  constructor() {
    let close: (event: PeerCloseEvent) => void = () => {};
    this.closed = new Promise((resolve) => {
      close = resolve;
    });
    this.#close = close;
  }

  read(frame: WireFrame): void {
    if (frame.kind === "message") this.messages.push(frame.data);
    else this.end({ code: frame.code, reason: frame.reason, wasClean: true });
  }

  end(event: PeerCloseEvent): void {
    const shown = event.reason === "" ? event.code : `${event.code} "${event.reason}"`;
    this.messages.end(new Error(`No message can come: the connection closed with ${shown}.`));
    this.#close(event);
  }
}

/** The implementation, made by a route. */
export class RoutePeer<Data> implements InMemoryPeer<Data> {
  readonly connection: Connection<Data>;
  readonly #connection: InMemoryConnection;
  readonly #wire: InMemoryWire;
  readonly #inbox: PeerInbox;
  readonly #run: RunEvent;

  constructor(
    connection: InMemoryConnection,
    { wire, inbox, run }: { wire: InMemoryWire; inbox: PeerInbox; run: RunEvent },
  ) {
    this.connection = connection as Connection as Connection<Data>;
    this.#connection = connection;
    this.#wire = wire;
    this.#inbox = inbox;
    this.#run = run;
  }

  get received(): readonly (string | Uint8Array)[] {
    return this.#inbox.messages.all;
  }

  get closed(): Promise<PeerCloseEvent> {
    return this.#inbox.closed;
  }

  next(): Promise<string | Uint8Array> {
    return this.#inbox.messages.next();
  }

  send(data: string | Uint8Array): boolean {
    if (this.#connection.state === "closed") return false;
    const isBinary = typeof data !== "string";
    // Copied now: the caller may change its bytes before the event runs.
    const payload = (isBinary ? new Uint8Array(data) : encoder.encode(data)).slice().buffer;
    this.#whileOpen(() => {
      try {
        this.#connection.received(payload, isBinary);
      } finally {
        // The engine takes its memory back: what has kept the message finds it expired.
        structuredClone(payload, { transfer: [payload] });
      }
    });
    return true;
  }

  close(code?: number, reason?: string): void {
    const { NoStatus } = CloseCode;
    const frame = code === undefined ? { code: NoStatus, reason: "" } : toDisconnect(code, reason);
    this.#end({ code: frame.code, reason: frame.reason, wasClean: true });
  }

  drop(): void {
    this.#end({ code: CloseCode.Abnormal, reason: "", wasClean: false });
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    if (this.#wire.resume()) this.#whileOpen(() => this.#connection.drained());
  }

  #end(event: PeerCloseEvent): void {
    this.#run(() => {
      this.#inbox.end(event);
      if (this.#connection.state === "open") {
        this.#connection.closedByPeer({ ...event, cause: "peer" });
      }
      // Also when the server's close frame is still waiting to be read.
      this.#wire.cut();
    });
  }

  #whileOpen(event: () => void): void {
    this.#run(() => {
      if (this.#connection.state === "open") event();
    });
  }
}
