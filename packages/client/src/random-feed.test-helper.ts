import { ClientStage } from "./client-stage.test-helper.ts";
import { settled } from "./fake-network.test-helper.ts";
import { Feed } from "./feed-stage.test-helper.ts";

/** What may happen. `number` chooses among what there is. */
export type FeedHappening = (feed: RandomFeed, number: number) => unknown;

/** A publication. Its serial number counts over all epochs, and is its data. */
interface Item {
  readonly serial: number;
  readonly offset: number;
  /** Others are holes for this client. */
  readonly isForClient: boolean;
}

interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** A topic with history on a model of a server, and a client that may be cut off at any moment. */
export class RandomFeed {
  readonly feed: Feed;
  /** Whether the server subscribes every connection by itself. */
  readonly #isEager: boolean;
  /** The items of this epoch. */
  #items: Item[] = [];
  /** Up to this offset they are not kept any more. */
  #trimmed = 0;
  #epoch = 1;
  #offset = 0;
  #lastSerial = 0;
  /** What the server has written and what has not arrived yet. */
  #onTheWay: object[] = [];
  #isSubscribed = false;
  /** What was published for the client, by serial number. */
  #published: number[] = [];
  /** The last serial number before the first answer that the client has got. */
  #start: number | undefined;
  /** How many of the client's frames the server has handled. */
  #handled = 0;

  constructor(isEager: boolean) {
    this.#isEager = isEager;
    this.feed = new Feed(new ClientStage());
  }

  /** What the client has to get, in order. */
  get wanted(): readonly number[] {
    const start = this.#start ?? this.#lastSerial;
    return this.#published.filter((serial) => serial > start);
  }

  get #position(): Position {
    return { epoch: `e${this.#epoch}`, offset: this.#offset };
  }

  publish(number: number): void {
    this.#lastSerial += 1;
    this.#offset += 1;
    const isForClient = number % 4 !== 0;
    const item = { serial: this.#lastSerial, offset: this.#offset, isForClient };
    this.#items.push(item);
    if (!isForClient) return;
    this.#published.push(item.serial);
    if (this.#isSubscribed) this.#write(item);
  }

  /** The server handles what the client has sent. */
  serve(): void {
    const { frames, readyState } = this.feed.stage.socket;
    if (readyState !== 1) return;
    for (const { type, id, since } of frames.slice(this.#handled)) {
      if (type === "subscribe") this.#answer(id, since as Position | undefined);
    }
    this.#handled = frames.length;
  }

  /** Some of what is on the way arrives. */
  arrive(count: number): void {
    for (const frame of this.#onTheWay.splice(0, count)) {
      if ("start" in frame) this.#start ??= Number(frame.start);
      this.feed.stage.socket.receiveFrame(frame);
    }
  }

  /** The connection is lost, with what is on the way. */
  cut(): void {
    const { socket } = this.feed.stage;
    if (!socket.isLive) return;
    this.#isSubscribed = false;
    this.#onTheWay = [];
    this.#handled = 0;
    socket.end();
  }

  /** The client comes back, when it was away. */
  async connect(): Promise<void> {
    const { stage } = this.feed;
    if (stage.socket.readyState === 3) stage.clock.advance(15_000);
    await settled();
    if (stage.socket.readyState !== 0) return;
    stage.socket.open();
    if (this.#isEager && this.#start !== undefined) {
      this.#isSubscribed = true;
      this.#onTheWay.push({ type: "subscribed", topic: "feed", position: this.#position });
    }
    this.#onTheWay.push({ type: "welcome", connection: "c", resumed: true });
  }

  /** The topic begins anew, as it does when nothing was published for long. */
  forget(): void {
    this.#epoch += 1;
    this.#offset = 0;
    this.#trimmed = 0;
    this.#items = [];
  }

  trim(count: number): void {
    this.#trimmed = Math.min(this.#trimmed + count, this.#offset);
  }

  /**
   * The store is replaced by an older one, which takes a restart of the server. The client is back before
   * as much has been published again: later nobody could tell.
   */
  async rollBack(count: number): Promise<void> {
    this.cut();
    this.#offset = Math.max(0, this.#offset - count);
    const gone = new Set(this.#items.splice(this.#offset).map(({ serial }) => serial));
    // What the store never had is nothing that anybody could miss.
    this.#published = this.#published.filter((serial) => !gone.has(serial));
    await this.calmDown();
  }

  /** A publication does not reach this server and cannot be had any more. */
  lose(): void {
    this.publish(1);
    this.#trimmed = this.#offset;
    if (!this.#isSubscribed) return;
    this.#onTheWay.pop();
    this.#onTheWay.push({ type: "gap", topic: "feed" });
  }

  /** Everything arrives, on a connection that lasts. */
  async calmDown(): Promise<void> {
    await this.connect();
    for (let round = 0; round < 3; round += 1) {
      this.serve();
      this.arrive(Number.POSITIVE_INFINITY);
    }
  }

  #answer(id: unknown, since: Position | undefined): void {
    const position = this.#offset === 0 ? undefined : this.#position;
    const gap = since && this.#gapAfter(since);
    if (since !== undefined && gap === undefined) {
      for (const item of this.#items.slice(since.offset)) if (item.isForClient) this.#write(item);
    }
    this.#isSubscribed = true;
    const recovered = since === undefined ? undefined : gap === undefined;
    const data = { position, recovered, gap };
    this.#onTheWay.push({ type: "response", id, data, start: this.#lastSerial });
  }

  #gapAfter(since: Position): string | undefined {
    if (this.#offset === 0) return "expired";
    if (since.epoch !== this.#position.epoch) return "epoch";
    if (since.offset > this.#offset) return "ahead";
    return since.offset < this.#trimmed ? "trimmed" : undefined;
  }

  #write({ serial, offset }: Item): void {
    const { epoch } = this.#position;
    const frame = { type: "publication", topic: "feed", name: "item", data: serial };
    this.#onTheWay.push({ ...frame, offset, epoch });
  }
}
