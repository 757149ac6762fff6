import { once } from "node:events";
import { WebSocket } from "ws";
import { peerOrigin } from "../servers/origin.ts";
import {
  publicationBytes,
  subscriberPath,
  subscribersPerTopic,
  topicCount,
  topicOf,
} from "./push-scene.ts";

const handshakeTimeoutMs = 10_000;

/** Sockets that are subscribed to the topics, and count what comes. */
export class Subscribers {
  readonly #sockets: WebSocket[] = [];
  #received = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #settle: () => void = () => {};

  /** Resolves when all are subscribed. Rejects with the error of a connection that does not open. */
  static async open(port: number): Promise<Subscribers> {
    const subscribers = new Subscribers();
    try {
      for (let index = 0; index < topicCount * subscribersPerTopic; index += 1) {
        await subscribers.#connect(`ws://127.0.0.1:${port}${subscriberPath(topicOf(index))}`);
      }
    } catch (error) {
      subscribers.close();
      throw error;
    }
    return subscribers;
  }

  /** Publications that came, each as often as it came. */
  get received(): number {
    return this.#received;
  }

  /** Resolves when as many have come, or when `patienceMs` have passed. */
  async waitFor(wanted: number, patienceMs: number): Promise<void> {
    if (this.#received >= wanted) return;
    this.#wanted = wanted;
    await new Promise<void>((resolve) => {
      const patience = setTimeout(resolve, patienceMs);
      this.#settle = () => {
        clearTimeout(patience);
        resolve();
      };
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  async #connect(url: string): Promise<void> {
    const socket = new WebSocket(url, {
      origin: peerOrigin,
      perMessageDeflate: false,
      skipUTF8Validation: true,
      handshakeTimeout: handshakeTimeoutMs,
    });
    this.#sockets.push(socket);
    await once(socket, "open");
    // One that is lost misses what comes after: the count tells.
    socket.on("error", () => {});
    socket.on("message", (data: Buffer) => this.#count(data));
  }

  #count({ byteLength }: Buffer): void {
    if (byteLength !== publicationBytes) return;
    this.#received += 1;
    if (this.#received >= this.#wanted) this.#settle();
  }
}
