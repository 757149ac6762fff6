import {
  type InMemoryClient,
  type InMemoryPeer,
  InMemoryRoute,
  type InMemoryRouteOptions,
  ManualClock,
  RecordingLogger,
} from "@windlass/core/testing";
import {
  defineProtocol,
  type Frame,
  type FrameCodec,
  jsonCodec,
  type Protocol,
  request,
} from "@windlass/protocol";
import { z } from "zod";
import { ProtocolComponent } from "./protocol-component.ts";
import type { ProtocolOptions } from "./protocol-options.ts";

/** A protocol with one message of each kind. */
export const sample = defineProtocol({
  client: {
    say: z.object({ text: z.string().max(20) }),
    add: request(z.object({ a: z.number(), b: z.number() }), z.number()),
  },
  server: {
    said: z.object({ text: z.string() }),
    confirm: request(z.object({ question: z.string() }), z.boolean()),
  },
  topics: {
    "room/:name": { events: { joined: z.object({ nick: z.string() }) } },
    "news/latest": { events: { headline: z.string() } },
  },
});

export type Sample = typeof sample;

/** A name of a session. */
export const sessionName = "0123456789abcdefghijkl";

/** One client that writes and reads frames. */
export class FrameClient {
  readonly peer: InMemoryPeer;
  readonly #codec: FrameCodec;

  constructor(peer: InMemoryPeer, codec: FrameCodec) {
    this.peer = peer;
    this.#codec = codec;
  }

  /** Anything at all, as a client of another maker might. */
  send(frame: Frame | Readonly<Record<string, unknown>>): void {
    this.peer.send(this.#codec.encode(frame as Frame));
  }

  raw(data: string | Uint8Array): void {
    this.peer.send(data);
  }

  async next(): Promise<unknown> {
    return this.#codec.decode(await this.peer.next());
  }

  /** Says hello and waits for the welcome. */
  async hello(fields: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.send({ type: "hello", session: sessionName, ...fields });
    return await this.next();
  }

  /** All frames so far, read or not. */
  get received(): readonly unknown[] {
    return this.peer.received.map((payload) => this.#codec.decode(payload));
  }
}

/** A component in memory with a clock that the test moves. */
export class Stage<P extends Protocol, Data> {
  readonly clock = new ManualClock(1_000);
  readonly log = new RecordingLogger();
  readonly component: ProtocolComponent<P, Data>;
  readonly route: InMemoryRoute;

  constructor(
    protocol: P,
    options: ProtocolOptions<P, Data>,
    routeOptions: InMemoryRouteOptions = {},
  ) {
    this.component = new ProtocolComponent<P, Data>(protocol, options, this.clock);
    const { clock, log } = this;
    this.route = new InMemoryRoute(this.component, { clock, log, ...routeOptions });
  }

  async connect(client: InMemoryClient = {}, codec: FrameCodec = jsonCodec): Promise<FrameClient> {
    const { subprotocol } = codec;
    return new FrameClient(await this.route.connect({ subprotocol, ...client }), codec);
  }
}

/** A component of the sample protocol; handlers that a test does not care about do the obvious. */
export function stageOf<Data = undefined>(
  options: Partial<ProtocolOptions<Sample, Data>> = {},
): Stage<Sample, Data> {
  const handlers = { say: () => {}, add: (_from: unknown, { a, b }: Sum) => a + b };
  const complete = { ...options, handlers: { ...handlers, ...options.handlers } };
  return new Stage(sample, complete as ProtocolOptions<Sample, Data>);
}

interface Sum {
  readonly a: number;
  readonly b: number;
}

/** A promise that the test settles. */
export function deferred<T = void>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
