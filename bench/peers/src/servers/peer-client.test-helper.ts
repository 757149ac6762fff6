import { once } from "node:events";
import { WebSocket } from "ws";
import type { RunningPeer } from "../compare/running-peer.ts";
import type { PeerPath } from "../compare/scenarios.ts";
import { peerOrigin } from "./origin.ts";

/** A message as it went over the wire. */
export interface Received {
  readonly data: string;
  readonly isBinary: boolean;
}

/** A client that speaks to any of the servers, and keeps what comes until somebody asks. */
export class PeerClient {
  readonly #socket: WebSocket;
  readonly #prefix: string | undefined;
  readonly #received: Received[] = [];
  #wake: () => void = () => {};

  static async connect(running: RunningPeer, path: PeerPath): Promise<PeerClient> {
    const { url, adapter, subprotocols } = running.target(path);
    const isSocketIo = adapter.startsWith("socket.io");
    const target = isSocketIo ? `${url}socket.io/?EIO=4&transport=websocket` : url;
    const options = { origin: peerOrigin, perMessageDeflate: false };
    const socket = new WebSocket(target, [...subprotocols], options);
    const namespace = path === "/echo" ? "" : `${path},`;
    const client = new PeerClient(socket, isSocketIo ? namespace : undefined);
    await once(socket, "open");
    if (isSocketIo) await client.#enter();
    return client;
  }

  private constructor(socket: WebSocket, prefix: string | undefined) {
    this.#socket = socket;
    this.#prefix = prefix;
    socket.on("message", (data, isBinary) => {
      this.#received.push({ data: data.toString(), isBinary });
      this.#wake();
    });
  }

  sendText(text: string): void {
    this.#socket.send(this.#prefix === undefined ? text : this.#event(text));
  }

  sendBinary(text: string): void {
    if (this.#prefix !== undefined) this.#socket.send(this.#binaryEvent());
    this.#socket.send(Buffer.from(text));
  }

  /** The next payload, without what Socket.IO puts around it. */
  async receive(): Promise<Received> {
    const { data, isBinary } = await this.#next();
    if (this.#prefix === undefined || isBinary) return { data, isBinary };
    if (data === this.#binaryEvent()) return await this.#next();
    const event = `42${this.#prefix}`;
    if (!data.startsWith(event)) throw new Error(`expected an event, seen ${data}`);
    return { data: JSON.parse(data.slice(event.length))[1], isBinary };
  }

  close(): void {
    this.#socket.close();
  }

  /** Engine.IO tells its settings, then Socket.IO lets us into the namespace. */
  async #enter(): Promise<void> {
    await this.#next();
    this.#socket.send(`40${this.#prefix}`);
    await this.#next();
  }

  #event(text: string): string {
    return `42${this.#prefix}${JSON.stringify(["message", text])}`;
  }

  #binaryEvent(): string {
    return `451-${this.#prefix}${JSON.stringify(["message", { _placeholder: true, num: 0 }])}`;
  }

  async #next(): Promise<Received> {
    for (;;) {
      const received = this.#received.shift();
      if (received !== undefined) return received;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
