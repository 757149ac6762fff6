import { on, once } from "node:events";
import { type ClientOptions, WebSocket } from "ws";

/** A `ws` client that reads one text after the other. */
export class TextClient {
  readonly socket: WebSocket;
  readonly #messages: ReturnType<typeof on>;
  /** The close code, once the connection has ended. */
  readonly closed: Promise<number>;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    // Listens from now on, so nothing that arrives before the first text() is lost.
    this.#messages = on(socket, "message");
    this.closed = new Promise((resolve) => socket.on("close", resolve));
  }

  /** Connects; rejects with `Unexpected server response: 403` and the like when refused. */
  static async open(
    url: string,
    options: ClientOptions & { readonly subprotocols?: string[] } = {},
  ): Promise<TextClient> {
    const { subprotocols = [], ...rest } = options;
    const client = new TextClient(new WebSocket(url, subprotocols, rest));
    await once(client.socket, "open");
    return client;
  }

  send(text: string): void {
    this.socket.send(text);
  }

  /** The next message. */
  async text(): Promise<string> {
    const { value } = await this.#messages.next();
    return String(value[0]);
  }
}
