import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@windlass/client";
import { equal } from "./assert.ts";
import type { CaseContext, ClientCase } from "./client-case.ts";

/** A socket without a protocol, and what it tells, in order. */
class PlainSocket {
  readonly socket: ReconnectingWebSocket;
  readonly events: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(context: CaseContext, options: ReconnectingWebSocketOptions = {}) {
    const { WebSocket } = context.watchSockets();
    this.socket = new ReconnectingWebSocket(context.url("/echo"), [], {
      WebSocket,
      reconnect: { minDelayMs: 10, maxDelayMs: 50 },
      ...options,
    });
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.#write("open");
    this.socket.onmessage = ({ data }) => this.#write(textOf(data));
    this.socket.addEventListener("close", ({ code }) => this.#write(`close ${code}`));
    this.socket.addEventListener("reconnecting", ({ attempt }) =>
      this.#write(`reconnecting ${attempt}`),
    );
    context.atEnd(() => this.socket.close());
  }

  /** Resolves when so many events have come. */
  async count(wanted: number): Promise<readonly string[]> {
    while (this.events.length < wanted) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return this.events;
  }

  #write(event: string): void {
    this.events.push(event);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function textOf(data: unknown): string {
  return data instanceof ArrayBuffer ? `bytes ${new Uint8Array(data).join(" ")}` : String(data);
}

/** The class that takes the place of WebSocket. */
export const plainSocketCases: readonly ClientCase[] = [
  {
    name: "comes back through cuts as a plain socket, and sends what waited",
    async run(context) {
      const plain = new PlainSocket(context);
      const { socket } = plain;
      equal(socket.readyState, 0, "readyState at first");
      socket.send("before it is open");
      await plain.count(2);
      equal(socket.readyState, 1, "readyState when it is open");
      await context.stage.link({ do: "refuse" });
      await context.stage.link({ do: "cut", how: "rst" });
      await plain.count(4);
      equal(socket.readyState, 0, "readyState while it reconnects");
      socket.send("while there is no connection");
      socket.send(new Uint8Array([1, 2, 3]));
      await context.stage.until({ refused: { atLeast: 1 } });
      await context.stage.link({ do: "resume" });
      const isAttempt = (event: string) => /^close 1006$|^reconnecting/.test(event);
      while (!plain.events.includes("bytes 1 2 3")) await plain.count(plain.events.length + 1);
      equal(
        plain.events.filter((event) => !isAttempt(event)),
        ["open", "before it is open", "open", "while there is no connection", "bytes 1 2 3"],
        "events but those of attempts",
      );
      equal(plain.events.slice(2, 4), ["close 1006", "reconnecting 1"], "events of the cut");
      socket.close();
      const events = await plain.count(plain.events.length + 1);
      equal(events.at(-1), "close 1005", "last event");
      equal(socket.readyState, 3, "readyState when it is closed");
      equal(socket.bufferedAmount, 0, "bytes that wait");
    },
  },
  {
    name: "stays closed as a plain socket after 1000 and 4500 to 4999, and comes back after others",
    async run(context) {
      for (const code of [1000, 4500, 4999]) {
        const plain = new PlainSocket(context);
        await plain.count(1);
        await context.stage.close({ code });
        equal(await plain.count(2), ["open", `close ${code}`], "events");
        equal(plain.socket.readyState, 3, "readyState");
      }
      const plain = new PlainSocket(context);
      await plain.count(1);
      await context.stage.close({ code: 4499 });
      equal(
        await plain.count(4),
        ["open", "close 4499", "reconnecting 1", "open"],
        "events of a code that may come back",
      );
    },
  },
];
