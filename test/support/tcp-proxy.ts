import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import {
  type CutAfter,
  type CutMode,
  type ProxyDirection,
  ProxyLink,
  type ProxySide,
} from "./tcp-proxy-link.ts";

/** What becomes of new connections: passed on, reset at once, or accepted and left without an answer. */
export type Admission = "pass" | "refuse" | "hang";

/** What a proxy has counted. */
export interface ProxyFigures {
  /** `performance.now()` of each accepted connection; refused ones are not among them. */
  readonly acceptedAtMs: readonly number[];
  readonly refused: number;
  /** Sockets of clients that have spoken and are there now, in whatever condition. */
  readonly open: number;
  readonly maxOpen: number;
  /** Connections now that nobody has ended and this proxy has not broken. */
  readonly live: number;
  readonly maxLive: number;
}

/** A link between clients and a server on this machine that fails on command. */
export class TcpProxy {
  readonly #server: Server;
  readonly #links = new Set<ProxyLink>();
  readonly #waiting = new Set<() => void>();
  readonly #acceptedAtMs: number[] = [];
  #refused = 0;
  #maxOpen = 0;
  #maxLive = 0;
  /** The server's port; may change for later connections. */
  targetPort: number;
  admission: Admission = "pass";
  /** Cuts the next connection that is accepted, and no other. */
  cutNextAfter: CutAfter | undefined;
  /** Called when a figure may have changed. */
  onChange = (): void => {};

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    // A half-closed connection is passed on as one.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Starts to listen on a free port of 127.0.0.1. */
  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The connections whose client's socket is there, oldest first. */
  get links(): readonly ProxyLink[] {
    return [...this.#links];
  }

  get figures(): ProxyFigures {
    return {
      acceptedAtMs: this.#acceptedAtMs,
      refused: this.#refused,
      open: this.#open,
      maxOpen: this.#maxOpen,
      live: this.#live,
      maxLive: this.#maxLive,
    };
  }

  /** Ends every connection. */
  cut(how?: CutMode): void {
    for (const link of this.links) link.cut(how);
  }

  /** Holds up every connection, in these directions or in both. */
  stall(...directions: readonly ProxyDirection[]): void {
    for (const link of this.links) link.stall(...directions);
  }

  /** Loses what every connection sends, in these directions or in both. */
  drop(...directions: readonly ProxyDirection[]): void {
    for (const link of this.links) link.drop(...directions);
  }

  /** Ends one side of every connection and hides that from the other. */
  halfOpen(staysOpen: ProxySide, how?: CutMode): void {
    for (const link of this.links) link.halfOpen(staysOpen, how);
  }

  /** Cuts every connection when so many more bytes have passed. */
  cutAfter(after: CutAfter): void {
    for (const link of this.links) link.cutAfter(after);
  }

  /** Accepts connections again, and lets go what was held up. */
  resume(): void {
    this.admission = "pass";
    this.cutNextAfter = undefined;
    for (const link of this.links) link.resume();
  }

  /** Resolves once the figures fit. */
  async until(fits: (figures: ProxyFigures) => boolean): Promise<void> {
    while (!fits(this.figures)) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Ends everything; resolves when it is gone. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  get #open(): number {
    return this.links.filter((link) => link.hasSpoken).length;
  }

  get #live(): number {
    return this.links.filter((link) => link.isLive).length;
  }

  #accept(client: Socket): void {
    if (this.admission === "refuse") {
      // The port stays ours: a listener that is closed and opened again may find it taken.
      client.on("error", () => {});
      client.resetAndDestroy();
      this.#refused += 1;
      this.#changed();
      return;
    }
    client.setNoDelay(true);
    const target = { port: this.targetPort, host: "127.0.0.1", noDelay: true, allowHalfOpen: true };
    const link = new ProxyLink(client, connect(target), () => this.#changed());
    this.#links.add(link);
    if (this.admission === "hang") link.hang();
    if (this.cutNextAfter !== undefined) link.cutAfter(this.cutNextAfter);
    this.cutNextAfter = undefined;
    this.#acceptedAtMs.push(performance.now());
    // Once it has spoken, and what ended before has been read, too.
    client.once("data", () => setImmediate(() => this.#count()));
    this.#changed();
  }

  #count(): void {
    this.#maxOpen = Math.max(this.#maxOpen, this.#open);
    this.#maxLive = Math.max(this.#maxLive, this.#live);
    this.#changed();
  }

  #changed(): void {
    for (const link of this.#links) if (!link.isOpen) this.#links.delete(link);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
    this.onChange();
  }
}
