import { ManualClock } from "@windlass/core/testing";
import { defineProtocol, encoded, isoDateTime, ProtocolError, request } from "@windlass/protocol";
import { z } from "zod";
import { FakeNetwork, type FakeSocket, settled } from "./fake-network.test-helper.ts";
import {
  type ClientOptions,
  connect,
  type ProtocolClient,
  type RequestHandlers,
  type StateEvent,
  type UrlSource,
} from "./index.ts";

/** A protocol with messages of every kind. */
export const chat = defineProtocol({
  client: {
    say: z.object({ text: z.string() }),
    wave: z.string(),
    meet: encoded(z.object({ at: isoDateTime })),
    history: request(z.object({ limit: z.int() }), z.array(z.string())),
    when: request(z.null(), isoDateTime),
  },
  server: {
    said: z.object({ text: z.string(), shout: z.boolean().default(false) }),
    left: z.string(),
    confirm: request(z.object({ question: z.string() }), z.boolean()),
    date: request(z.null(), encoded(isoDateTime)),
  },
  topics: {
    "room/:name": { events: { joined: z.object({ nick: z.string() }), closed: z.null() } },
    news: { events: { headline: z.string() } },
    feed: {
      events: { item: z.int(), paid: encoded(isoDateTime) },
      history: { size: 100, ttlMs: 60_000 },
    },
    "hall/:name": {
      events: { opened: z.null() },
      presence: z.object({ nick: z.string().toUpperCase() }),
    },
  },
});

export type Chat = typeof chat;

/** What a stage may be given: options of the client, and where it connects to. */
export interface StageOptions extends ClientOptions {
  readonly handlers?: RequestHandlers<Chat>;
  readonly url?: UrlSource;
}

/** A client whose network, time and chance are the test's. */
export class ClientStage {
  readonly network = new FakeNetwork();
  readonly clock = new ManualClock(1_000);
  readonly client: ProtocolClient<Chat>;
  readonly events: StateEvent[] = [];
  readonly errors: Error[] = [];

  constructor({ url = "ws://server.test/chat", ...options }: StageOptions = {}) {
    this.client = connect(chat, url, {
      WebSocket: this.network.WebSocket,
      clock: this.clock,
      random: () => 0.5,
      handlers: { confirm: () => true, date: () => new Date(0) },
      ...options,
    });
    this.client.onStateChange((event) => void this.events.push(event));
    this.client.onError((error) => void this.errors.push(error));
  }

  /** One that the server has welcomed; its events are those that follow. */
  static opened(options?: StageOptions, welcome?: object): ClientStage {
    const stage = new ClientStage(options);
    stage.socket.welcome(welcome);
    stage.events.length = 0;
    return stage;
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    return this.network.last;
  }

  /** The states so far, in short. */
  get states(): readonly string[] {
    return this.events.map((event) => {
      if (event.state === "reconnecting") return `${event.state} ${event.attempt} ${event.delayMs}`;
      return event.state === "closed" ? `${event.state} ${event.code}` : event.state;
    });
  }

  /** The codes of the errors so far. */
  get codes(): readonly string[] {
    return this.errors.map(codeOf);
  }

  /** The connection is lost, and the next socket is made. */
  async lose(code?: number): Promise<void> {
    this.socket.end(code);
    this.clock.advance(15_000);
    await settled();
  }

  /** The connection is lost, and another one is open. */
  async reconnect(welcome?: object): Promise<void> {
    await this.lose();
    this.socket.welcome(welcome);
  }
}

/** The code of an error, or its name. */
export function codeOf(error: unknown): string {
  if (error instanceof ProtocolError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}

/** What a promise rejects with, as {@link codeOf} says it. */
export function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => "nothing", codeOf);
}
