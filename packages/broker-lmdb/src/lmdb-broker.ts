import {
  type BrokerHost,
  type HistoryBroker,
  type HistoryPage,
  type HistoryPolicy,
  type HistoryQuery,
  Listeners,
  type Logger,
  MemoryBroker,
  neverThrowing,
  type Position,
  type Publication,
  type PublicationListener,
  type PublishPolicy,
  type PublishReceipt,
  silentLogger,
} from "@windlass/core";
import { toBrokerError, wrongState } from "./broker-errors.ts";
import { DurableTopics } from "./durable-topics.ts";
import { GroupCommit } from "./group-commit.ts";
import type { Operation } from "./operation.ts";
import {
  ForgetOperation,
  LooseOperation,
  PublishOperation,
  type Settle,
  SubscribeOperation,
} from "./operations.ts";
import { type LmdbBrokerOptions, type ParsedOptions, parseOptions } from "./options.ts";
import { checkPolicy, checkQuery } from "./policy.ts";
import { NoRoomError } from "./store/room.ts";
import { toStoreError } from "./store/store-problem.ts";
import { Sweeper } from "./sweeper.ts";
import { encodePublication } from "./topics/publication-record.ts";

type State = "new" | "opening" | "open" | "closing" | "closed";

/** A subscription that waits for its turn. */
interface Subscription {
  readonly topic: string;
  readonly listener: PublicationListener;
  /** The listener has left before it was its turn. */
  isCancelled: boolean;
}

/** What there is while the store is open. */
interface Opened {
  readonly topics: DurableTopics;
  readonly queue: GroupCommit;
  readonly sweeper: Sweeper;
}

/**
 * The broker of a single node that keeps histories on the disk of its machine, in an LMDB file. What
 * `publish` has resolved for a topic with history outlives the process and, as far as the disk does what
 * it says, a power cut.
 *
 * - Publications with a history policy are delivered when they are on the disk. Those that come while
 *   others are being written share the next write.
 * - Others are delivered within the call, unless some of their topic are still on their way to the disk:
 *   then they come behind those. Nothing of them is written; their idempotency keys, at most 100,000, are
 *   remembered in memory.
 * - Only one broker of one process uses a store at a time.
 * - Expired records are removed regularly, and never answered.
 */
export class LmdbBroker implements HistoryBroker {
  readonly #options: ParsedOptions;
  /** Has the listeners for publications that are not kept. */
  readonly #loose: MemoryBroker;
  readonly #listeners: Listeners<Publication>;
  readonly #subscribing = new Set<Subscription>();
  #state: State = "new";
  #log: Logger = silentLogger;
  #opened: Opened | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @throws WindlassError `ERR_OPTION_INVALID` */
  constructor(options: LmdbBrokerOptions) {
    this.#options = parseOptions(options);
    this.#loose = new MemoryBroker({ clock: this.#options.clock });
    this.#listeners = new Listeners((error, topic) => {
      this.#log.error({ err: error, topic }, "a listener of the broker failed");
    });
  }

  /** Topics that have a listener. */
  get topicCount(): number {
    return this.#loose.topicCount;
  }

  /** Records in the store: publications, topics, idempotency keys, and what indexes need. 0 while it is not open. */
  get recordCount(): number {
    return this.#opened?.topics.size.records ?? 0;
  }

  /** Bytes of the store that hold records; `maxBytes` limits them. 0 while it is not open. */
  get usedBytes(): number {
    return this.#opened?.topics.size.usedBytes ?? 0;
  }

  /**
   * Opens the store, or makes it. Rejects with `ERR_STORE_INVALID` when that is not possible: it is
   * damaged, of a newer version, of another program, used by somebody else, or cannot be written. The
   * file of a store is left as it is then.
   */
  async open(host: BrokerHost): Promise<void> {
    if (this.#state !== "new") {
      throw wrongState("open()", this.#state, "open a broker once, and make another one for more");
    }
    this.#state = "opening";
    this.#opening = this.#open(host);
    await this.#opening;
  }

  async publish(publication: Publication, policy: PublishPolicy = {}): Promise<PublishReceipt> {
    const { queue } = this.#assertOpen("publish()");
    checkPolicy(policy);
    const { history, idempotency } = policy;
    if (history !== undefined) {
      return await this.#publishKept(publication, history, idempotency);
    }
    const publishLoose = () => this.#loose.publish(publication, policy);
    if (!queue.isPending(publication.topic)) return await publishLoose();
    return await this.#enqueue<PublishReceipt>("publish()", (settle) => {
      return new LooseOperation(publication, publishLoose, settle);
    });
  }

  async subscribe(topic: string, listener: PublicationListener): Promise<Position | undefined> {
    const { topics, queue } = this.#assertOpen("subscribe()");
    const position = () => topics.position(topic);
    if (queue.isPending(topic)) return await this.#subscribeInTurn(topic, listener, position);
    try {
      const now = position();
      await this.#addListener(topic, listener);
      return now;
    } catch (error) {
      throw toBrokerError(this.#options.path, "subscribe()", error);
    }
  }

  async unsubscribe(topic: string, listener: PublicationListener): Promise<void> {
    for (const waiting of this.#subscribing) {
      if (waiting.topic === topic && waiting.listener === listener) waiting.isCancelled = true;
    }
    this.#listeners.remove(topic, listener);
    await this.#loose.unsubscribe(topic, listener);
  }

  async history(topic: string, query: HistoryQuery = {}): Promise<HistoryPage> {
    const { topics } = this.#assertOpen("history()");
    checkQuery(query);
    try {
      return await topics.history(topic, query, () => this.#assertOpen("history()"));
    } catch (error) {
      throw toBrokerError(this.#options.path, "history()", error);
    }
  }

  async forget(topic: string): Promise<void> {
    this.#assertOpen("forget()");
    await this.#enqueue<void>("forget()", (settle) => new ForgetOperation(topic, settle));
  }

  /** What was published before is still written and delivered. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #open({ log }: BrokerHost): Promise<void> {
    this.#log = neverThrowing(log);
    const { path, clock } = this.#options;
    try {
      const topics = await DurableTopics.open(this.#options, clock);
      const queue = new GroupCommit(topics);
      const sweeper = new Sweeper(queue, { ...this.#options, log: this.#log });
      this.#opened = { topics, queue, sweeper };
      this.#log.info({ path, ...topics.size }, "the store of the broker is open");
      if (this.#state === "opening") this.#state = "open";
    } catch (error) {
      if (this.#state === "opening") this.#state = "new";
      throw toStoreError(path, error);
    }
  }

  async #close(): Promise<void> {
    this.#state = "closing";
    // Who called open() gets the error.
    await this.#opening?.catch(() => {});
    this.#opened?.sweeper.stop();
    await this.#opened?.queue.drained();
    this.#state = "closed";
    await this.#opened?.topics.close();
    this.#opened = undefined;
    this.#listeners.clear();
    await this.#loose.close();
  }

  async #publishKept(
    publication: Publication,
    history: HistoryPolicy,
    idempotency: PublishPolicy["idempotency"],
  ): Promise<PublishReceipt> {
    const { topics, sweeper } = this.#assertOpen("publish()");
    const encoded = encodePublication(publication);
    const deliver = (heard: Publication) => this.#listeners.emit(heard);
    const terms = { history, idempotency, deliver };
    const receipt = await this.#enqueue<PublishReceipt>("publish()", (settle) => {
      return new PublishOperation(encoded, terms, settle);
    });
    if (topics.idempotencyKeys > this.#options.maxIdempotencyKeys) sweeper.request();
    return receipt;
  }

  /** Behind what of the topic is on its way to the disk, which the listener must not hear. */
  async #subscribeInTurn(
    topic: string,
    listener: PublicationListener,
    position: () => Position | undefined,
  ): Promise<Position | undefined> {
    const subscription: Subscription = { topic, listener, isCancelled: false };
    this.#subscribing.add(subscription);
    const add = async () => {
      if (!subscription.isCancelled) await this.#addListener(topic, listener);
    };
    try {
      return await this.#enqueue<Position | undefined>("subscribe()", (settle) => {
        return new SubscribeOperation(topic, { add, position }, settle);
      });
    } finally {
      this.#subscribing.delete(subscription);
    }
  }

  async #addListener(topic: string, listener: PublicationListener): Promise<void> {
    this.#listeners.add(topic, listener);
    await this.#loose.subscribe(topic, listener);
  }

  /** Lets an operation wait for its turn, and answers its outcome. */
  async #enqueue<Value>(
    call: string,
    create: (settle: Settle<Value>) => Operation,
  ): Promise<Value> {
    const { queue } = this.#assertOpen(call);
    const { path, maxWaitingBytes } = this.#options;
    try {
      return await new Promise<Value>((resolve, reject) => {
        const operation = create({ resolve, reject });
        const { waitingBytes } = queue;
        // One that is larger than the limit is taken when it is alone.
        if (waitingBytes > 0 && waitingBytes + operation.bytes > maxWaitingBytes) {
          throw new NoRoomError(
            `${waitingBytes} bytes are waiting for its disk, and ${maxWaitingBytes} may`,
            "Publish more slowly, use a faster disk, or raise maxWaitingBytes",
          );
        }
        queue.add(operation);
      });
    } catch (error) {
      throw toBrokerError(path, call, error);
    }
  }

  #assertOpen(call: string): Opened {
    const opened = this.#opened;
    if (this.#state === "open" && opened !== undefined) return opened;
    const state = this.#state === "new" ? "not open" : this.#state;
    throw wrongState(call, state, "use the broker after open(), and before close()");
  }
}
