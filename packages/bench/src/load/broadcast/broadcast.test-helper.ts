import type { BroadcastSettings } from "../../contract/settings.ts";
import type { WorkerResult, WorkerShare } from "../../contract/worker-messages.ts";
import type { Scenario } from "../scenario.ts";
import { type TestConnection, TestServer } from "../test-server.test-helper.ts";
import { bareAdapter, commonSettings, wholeShare } from "../worker-share.test-helper.ts";
import { createBroadcast } from "./broadcast.ts";

/** What becomes of one delivery: the payloads that are sent instead of it. */
export type Fate = (payload: Buffer, delivery: Delivery) => readonly Buffer[];

interface Delivery {
  readonly to: TestConnection;
  /** How many messages the server has got, this one included. */
  readonly message: number;
  /** Number of the receiver among those of the message, from 0. */
  readonly receiver: number;
}

export interface RelayOptions {
  readonly fate?: Fate;
  /** Whether a message goes back to its sender, too. */
  readonly toSender?: boolean;
  /** Whether it begins with holding everything back. */
  readonly isHolding?: boolean;
}

/** A server that sends each message to all others with the same target; tests interfere. */
export class Relay {
  readonly server: TestServer;
  /** How many came. */
  messages = 0;
  isHolding = false;
  readonly #held: (() => void)[] = [];
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  private constructor(server: TestServer) {
    this.server = server;
  }

  static async listen({ fate, toSender = false, isHolding = false }: RelayOptions): Promise<Relay> {
    const relays: Relay[] = [];
    const server = await TestServer.listen({
      message: (from, payload) => {
        for (const relay of relays) relay.#relay(from, payload, toSender, fate);
      },
    });
    const relay = new Relay(server);
    relay.isHolding = isHolding;
    relays.push(relay);
    return relay;
  }

  /** Resolves when `count` more messages have come. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ count: this.messages + count, resolve });
    });
  }

  /** Sends what was held back, and holds no more. */
  letGo(): void {
    this.isHolding = false;
    for (const send of this.#held.splice(0)) send();
  }

  #relay(from: TestConnection, payload: Buffer, toSender: boolean, fate: Fate | undefined): void {
    this.messages += 1;
    const message = this.messages;
    const receivers = [...this.server.connections].filter(
      (other) => other.target === from.target && (toSender || other !== from),
    );
    const send = (): void => {
      for (const [receiver, to] of receivers.entries()) {
        const sent = fate?.(payload, { to, message, receiver }) ?? [payload];
        for (const one of sent) to.send(one);
      }
    };
    if (this.isHolding) this.#held.push(send);
    else send();
    for (const { count, resolve } of this.#waiting) if (this.messages >= count) resolve();
  }
}

function broadcastSettings(
  relay: Relay,
  changes: Partial<BroadcastSettings> = {},
): BroadcastSettings {
  const { publishers = 1, subscribers = 5, topics = 1, inFlight = 4, rate } = changes;
  return {
    ...commonSettings(relay.server.url, publishers + subscribers),
    scenario: "broadcast",
    messageBytes: 20,
    format: "text",
    topics,
    publishers,
    subscribers,
    publisherReceives: false,
    ...(rate === undefined ? { inFlight } : {}),
    ...changes,
  };
}

/** Publishers and subscribers take turns over the topics, as the coordinator deals them out. */
function broadcastShare(
  settings: BroadcastSettings,
  changes: Partial<WorkerShare> = {},
): WorkerShare {
  const { topics, publishers, subscribers, rate } = settings;
  const turns = (count: number) => Array.from({ length: count }, (_, index) => index % topics);
  return wholeShare(settings, {
    publisherTopics: turns(publishers),
    subscriberTopics: turns(subscribers),
    ...(rate === undefined ? {} : { rate }),
    ...changes,
  });
}

/** Opens and warms up. One handshake at a time, so that the server knows clients in their order. */
async function startBroadcast(
  settings: BroadcastSettings,
  share: Partial<WorkerShare> = {},
): Promise<Scenario> {
  const scenario = createBroadcast(
    broadcastShare(settings, { concurrency: 1, ...share }),
    bareAdapter,
  );
  await scenario.open();
  scenario.warmUp();
  return scenario;
}

/** A relay, made when first needed, and the workers of a test on it. */
export class Stage {
  #relay: Relay | undefined;
  #scenarios: Scenario[] = [];

  get relay(): Relay {
    if (this.#relay === undefined) throw new Error("The relay comes with the first worker.");
    return this.#relay;
  }

  /** A worker, opened and in its warm-up. `options` hold for the relay of the first one. */
  async start(
    options: RelayOptions = {},
    changes: Partial<BroadcastSettings> = {},
    share: Partial<WorkerShare> = {},
  ): Promise<Scenario> {
    this.#relay ??= await Relay.listen(options);
    const scenario = await startBroadcast(broadcastSettings(this.#relay, changes), share);
    this.#scenarios.push(scenario);
    return scenario;
  }

  /** One worker, measured while the server gets `count` messages. */
  async run(
    count: number,
    options: RelayOptions = {},
    changes: Partial<BroadcastSettings> = {},
  ): Promise<WorkerResult> {
    const scenario = await this.start(options, changes);
    scenario.measure();
    await this.relay.more(count);
    return scenario.stop();
  }

  /** Leaves nothing behind. */
  async close(): Promise<void> {
    await Promise.all(this.#scenarios.map((scenario) => scenario.release()));
    await this.#relay?.server.close();
    this.#scenarios = [];
    this.#relay = undefined;
  }
}

export const noFaults = {
  missing: 0,
  duplicated: 0,
  outOfOrder: 0,
  corrupted: 0,
  unexpected: 0,
  unsent: 0,
};
