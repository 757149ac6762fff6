import type { Broker, HistoryPage, HistoryQuery, PublicationListener } from "../contract/broker.ts";
import { type Clock, systemClock } from "../contract/clock.ts";
import { toError, WindlassError } from "../contract/errors.ts";
import { type Logger, silentLogger } from "../contract/logger.ts";
import type { Sendable } from "../contract/message.ts";
import type { Position, Publication } from "../contract/publication.ts";
import type {
  FindTopicPolicy,
  LocalPublication,
  PublishResult,
  Recovery,
  TopicAudience,
  TopicPolicy,
  TopicPublishOptions,
  Topics,
} from "../contract/topics.ts";
import { isHistoryBroker } from "./is-history-broker.ts";
import { toPublicationData } from "./publication-data.ts";
import { attributesFor, closedError, whereRefused } from "./publish-checks.ts";
import { newestValue, recoveryOf, recoveryQuery } from "./recovery.ts";
import { RetainedTopic } from "./retained-topic.ts";

/** What a hub is made of. */
export interface TopicHubOptions {
  readonly broker: Broker;
  /**
   * Whether publications may come from other processes, so that all of them go through the broker.
   * Otherwise only those do that have to be kept, or recognised by a key.
   */
  readonly isDistributed: boolean;
  /** More publications than these are not recovered; the subscriber has to start anew. At least 1. */
  readonly maxRecovered: number;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

const reached = Promise.resolve<PublishResult>(
  Object.freeze({ isDuplicate: false, hasSubscribers: true }),
);
const reachedNobody = Promise.resolve<PublishResult>(
  Object.freeze({ isDuplicate: false, hasSubscribers: false }),
);

/** The topics of one node. */
export class TopicHub implements Topics {
  readonly #broker: Broker;
  readonly #isDistributed: boolean;
  readonly #maxRecovered: number;
  readonly #audiences: TopicAudience[] = [];
  readonly #policies: FindTopicPolicy[] = [];
  /** Topics that somebody on this node subscribed to. */
  readonly #topics = new Map<string, RetainedTopic>();
  readonly #clock: Clock;
  #log: Logger = silentLogger;
  #isClosed = false;

  constructor({ broker, isDistributed, maxRecovered, clock = systemClock }: TopicHubOptions) {
    this.#broker = broker;
    this.#clock = clock;
    this.#isDistributed = isDistributed;
    this.#maxRecovered = maxRecovered;
  }

  /** Topics that are retained, or listened to. */
  get topicCount(): number {
    return this.#topics.size;
  }

  /** Opens the broker; rejects as `broker.open()` does. */
  async open(nodeId: string, log: Logger): Promise<void> {
    this.#log = log;
    await this.#broker.open({ nodeId, log, onGap: (topic) => this.#missed(topic) });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const retained of this.#topics.values()) retained.stopRetry?.();
    this.#topics.clear();
    return this.#broker.close();
  }

  addAudience(audience: TopicAudience): void {
    this.#audiences.push(audience);
  }

  addPolicies(find: FindTopicPolicy): void {
    this.#policies.unshift(find);
  }

  policyOf(topic: string): TopicPolicy | undefined {
    const retained = this.#topics.get(topic);
    if (retained !== undefined) return retained.policy;
    return this.#findPolicy(topic);
  }

  publish(topic: string, data: Sendable, options?: TopicPublishOptions): Promise<PublishResult> {
    const policy = this.policyOf(topic);
    if (
      !this.#isClosed &&
      !this.#isDistributed &&
      policy?.history === undefined &&
      options?.idempotency === undefined
    ) {
      const publication = options === undefined ? { topic, data } : { topic, data, ...options };
      return this.#deliver(publication, policy) ? reached : reachedNobody;
    }
    const published = this.#publish(topic, data, policy, options);
    // Handled, so that forgetting to await it does not end the process.
    published.catch((error: unknown) => {
      this.#log.error({ err: error, topic }, "publish() failed");
    });
    return published;
  }

  retain(topic: string): void {
    this.#retain(topic).users += 1;
  }

  release(topic: string): void {
    const retained = this.#topics.get(topic);
    if (retained === undefined) return;
    retained.users -= 1;
    this.#forgetUnused(retained);
  }

  recover(
    topic: string,
    since: Position | "oldest" | undefined,
    enter: (recovery: Recovery) => void,
  ): Promise<void> | undefined {
    const retained = this.#retain(topic);
    const needsHistory = since !== undefined || retained.policy?.isLastValue === true;
    const { confirmed } = retained;
    if (retained.policy?.history === undefined || !needsHistory) {
      const gap = since === undefined || since === "oldest" ? undefined : "expired";
      const begin = (): void => {
        if (retained.failure !== undefined) throw retained.failure;
        enter({ publications: [], position: retained.position, gap });
      };
      if (confirmed !== undefined) return confirmed.then(begin);
      if (retained.failure !== undefined) return Promise.reject(retained.failure);
      begin();
      return undefined;
    }
    return this.#recover(retained, since, enter);
  }

  async listen(topic: string, listener: PublicationListener): Promise<void> {
    const retained = this.#retain(topic);
    retained.listeners.add(listener);
    await retained.confirmed;
    if (retained.failure === undefined) return;
    await this.unlisten(topic, listener);
    throw retained.failure;
  }

  async unlisten(topic: string, listener: PublicationListener): Promise<void> {
    const retained = this.#topics.get(topic);
    if (retained?.listeners.delete(listener)) this.#forgetUnused(retained);
  }

  async history(topic: string, query?: HistoryQuery): Promise<HistoryPage> {
    if (isHistoryBroker(this.#broker)) return this.#broker.history(topic, query);
    throw new WindlassError("ERR_OPTION_INVALID", {
      option: "options.broker",
      problem: "this broker has no history(); use one that has to read histories",
    });
  }

  #retain(topic: string): RetainedTopic {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const retained = new RetainedTopic(topic, this.#findPolicy(topic), (publication) => {
      // Another one may have taken its place before the broker has let go of this one.
      if (this.#topics.get(topic) !== retained) return;
      retained.moved(publication);
      this.#deliver(publication, retained.policy);
    });
    this.#topics.set(topic, retained);
    retained.confirmed = this.#subscribe(retained);
    return retained;
  }

  /** Resolves when publications of every node arrive, or when the broker has failed: see `failure`. */
  async #subscribe(retained: RetainedTopic): Promise<void> {
    const { topic } = retained;
    try {
      retained.begin(await this.#broker.subscribe(topic, retained.listener));
      const hasFailed = retained.failure !== undefined;
      retained.failure = undefined;
      // Those who subscribed meanwhile may have missed something.
      if (hasFailed && this.#topics.get(topic) === retained) this.#missed(topic);
    } catch (error) {
      retained.failure = toError(error);
      this.#log.error({ err: error, topic }, "subscribing to a topic failed: trying again");
      this.#retryLater(retained);
    }
    retained.confirmed = undefined;
  }

  #retryLater(retained: RetainedTopic): void {
    if (this.#topics.get(retained.topic) !== retained) return;
    retained.stopRetry = this.#clock.after(retained.nextRetryMs(), () => {
      if (this.#topics.get(retained.topic) !== retained) return;
      retained.confirmed = this.#subscribe(retained);
    });
  }

  #forgetUnused(retained: RetainedTopic): void {
    if (retained.isUsed) return;
    const { topic, listener, stopRetry } = retained;
    stopRetry?.();
    this.#topics.delete(topic);
    this.#broker.unsubscribe(topic, listener).catch((error: unknown) => {
      this.#log.warn({ err: error, topic }, "unsubscribing from a topic failed");
    });
  }

  async #publish(
    topic: string,
    sendable: Sendable,
    policy: TopicPolicy | undefined,
    { attributes, except, where, idempotency }: TopicPublishOptions = {},
  ): Promise<PublishResult> {
    if (where !== undefined) throw whereRefused(policy, this.#isDistributed);
    if (this.#isClosed) throw closedError("publish()");
    const hasSubscribers =
      this.#topics.get(topic)?.hasListeners === true ||
      this.#audiences.some((audience) => audience.hasSubscribers(topic, attributes));
    const all = attributesFor(attributes, except?.id);
    const publication: Publication = {
      topic,
      data: toPublicationData(sendable),
      ...(all !== undefined && { attributes: all }),
    };
    const receipt = await this.#broker.publish(publication, {
      ...(policy?.history !== undefined && { history: policy.history }),
      ...(idempotency !== undefined && { idempotency }),
    });
    return { ...receipt, hasSubscribers };
  }

  async #recover(
    retained: RetainedTopic,
    since: Position | "oldest" | undefined,
    enter: (recovery: Recovery) => void,
  ): Promise<void> {
    // So that it stays while the history is read.
    retained.users += 1;
    const recording = retained.record(this.#maxRecovered);
    try {
      await retained.confirmed;
      if (retained.failure !== undefined) throw retained.failure;
      const isLastValue = retained.policy?.isLastValue === true;
      const query = recoveryQuery(isLastValue ? undefined : since, this.#maxRecovered);
      const page = await this.history(retained.topic, query);
      const { publications, isFull } = recording;
      const { position } = retained;
      if (isFull) return enter({ publications: [], position, gap: "limit" });
      // After a loss the history tells more; what comes again then has a position that is known.
      const delivered = position ?? (retained.isLost ? page.position : undefined);
      const reading = { page, recording: publications, delivered };
      enter(
        isLastValue ? newestValue(reading, since) : recoveryOf(reading, since, this.#maxRecovered),
      );
    } finally {
      recording.stop();
      retained.users -= 1;
      this.#forgetUnused(retained);
    }
  }

  #deliver(publication: LocalPublication, policy: TopicPolicy | undefined): boolean {
    const { topic } = publication;
    let hasReached = false;
    for (const audience of this.#audiences) {
      hasReached = audience.deliver(publication, policy) || hasReached;
    }
    const retained = this.#topics.get(topic);
    if (retained?.hasListeners !== true) return hasReached;
    const data = toPublicationData(publication.data);
    for (const listener of [...retained.listeners]) listener({ ...publication, data });
    return true;
  }

  #missed(topic: string): void {
    this.#topics.get(topic)?.lost();
    for (const audience of this.#audiences) audience.missed(topic);
  }

  #findPolicy(topic: string): TopicPolicy | undefined {
    for (const find of this.#policies) {
      const policy = find(topic);
      if (policy !== undefined) return policy;
    }
    return undefined;
  }
}
