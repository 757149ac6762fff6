import { ClientStage } from "./client-stage.test-helper.ts";
import type { RecoveryOutcome, SubscribeOptions, Subscription } from "./index.ts";

/** What an application sees of a topic with history: items, and what it was told about lost ones. */
export class Feed {
  readonly stage: ClientStage;
  readonly seen: (number | RecoveryOutcome)[] = [];
  readonly subscription: Subscription;

  constructor(stage: ClientStage, options: SubscribeOptions = {}) {
    this.stage = stage;
    this.subscription = stage.client.subscribe(
      "feed",
      {},
      { item: (item) => void this.seen.push(item) },
      { onRecovered: (outcome) => void this.seen.push(outcome), ...options },
    );
  }

  /** One that the server has accepted at a position. */
  static at(epoch: string, offset: number): Feed {
    const feed = new Feed(ClientStage.opened());
    feed.answer({ position: { epoch, offset } });
    return feed;
  }

  /** What the client has sent to ask for the topic on this connection. */
  get asked(): readonly unknown[] {
    const frames = this.stage.socket.frames.filter(({ type }) => type === "subscribe");
    return frames.map(({ since }) => since);
  }

  publish(item: number, members: object = { offset: item }): void {
    const frame = { type: "publication", topic: "feed", name: "item", data: item, ...members };
    this.stage.socket.receiveFrame(frame);
  }

  /** The server answers the last `subscribe`. */
  answer(data?: object): void {
    const id = this.stage.socket.frames.findLast(({ type }) => type === "subscribe")?.["id"];
    this.stage.socket.receiveFrame({ type: "response", id, data });
  }

  receive(frame: object): void {
    this.stage.socket.receiveFrame({ topic: "feed", ...frame });
  }
}
