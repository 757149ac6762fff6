import {
  type Broker,
  type Connection,
  checkPublicTopic,
  type HistoryPage,
  type HistoryQuery,
  isHistoryBroker,
  type Logger,
  MemoryBroker,
  type Position,
  type Publication,
  type PublicationAttributes,
  type PublishResult,
  type Recovery,
  type Sendable,
  TopicHub,
} from "@windlass/core";
import { optionError, parseOptions } from "../option-error.ts";
import { isForConnection } from "./is-for-connection.ts";
import { type PublishOptions, toTopicOptions } from "./publish-options.ts";
import { type TopicOptions, topicOptionsSchema, toTopicPolicy } from "./topic-options.ts";
import { TopicPolicies } from "./topic-policies.ts";

/** From where a topic is replayed. */
export interface ReplayOptions {
  /** What the client has seen last. Default: `"oldest"`, everything that is kept. */
  readonly since?: Position | "oldest";
}

/** The route of a connection that something is replayed to. */
interface ReplayingRoute {
  readonly path: string;
  readonly maxBackpressureBytes: number;
}

/** What was replayed. */
export interface ReplayResult {
  /** Where the topic stands after it; `undefined` when nothing is remembered of it. */
  readonly position: Position | undefined;
  /** Why it is not known what came after `since`, so that nothing of it was sent. */
  readonly gap: Recovery["gap"];
}

/** The topics of an App: the hub of its node, and the policies that the application declares. */
export class AppTopics {
  readonly hub: TopicHub;
  readonly #log: Logger;
  readonly #policies = new TopicPolicies();
  readonly #hasHistory: boolean;
  #isOpen = false;

  constructor(broker: Broker | undefined, maxRecovered: number, log: Logger) {
    this.#log = log;
    this.#hasHistory = broker === undefined || isHistoryBroker(broker);
    this.hub = new TopicHub({
      broker: broker ?? new MemoryBroker(),
      isDistributed: broker !== undefined,
      maxRecovered,
    });
    this.hub.addPolicies((topic) => this.#policies.find(topic));
  }

  /** @throws WindlassError `ERR_OPTION_INVALID` */
  declare(pattern: string, options: TopicOptions): void {
    const policy = toTopicPolicy(
      parseOptions(topicOptionsSchema, options, `options of topic "${pattern}"`),
    );
    if (policy.history !== undefined && !this.#hasHistory) {
      throw optionError(
        `options of topic "${pattern}".history`,
        "the app's broker has no history(); use one that has",
      );
    }
    this.#policies.add(pattern, policy);
  }

  /** @param base attributes that everything has that is published in this way */
  publish(
    topic: string,
    data: Sendable,
    options: PublishOptions | undefined,
    base?: PublicationAttributes,
  ): Promise<PublishResult> {
    try {
      checkPublicTopic(topic);
      if (options === undefined) {
        return this.hub.publish(topic, data, base === undefined ? base : { attributes: base });
      }
      return this.hub.publish(topic, data, toTopicOptions(options, base));
    } catch (error) {
      const rejected = Promise.reject<PublishResult>(error);
      // Handled, so that forgetting to await it does not end the process.
      rejected.catch(() => this.#log.error({ err: error }, "publish() failed"));
      return rejected;
    }
  }

  /**
   * Sends a connection of a route what is kept of a topic, and subscribes it, so that nothing is missed in
   * between and nothing comes twice.
   */
  async replay(
    { path, maxBackpressureBytes }: ReplayingRoute,
    connection: Connection,
    topic: string,
    { since = "oldest" }: ReplayOptions = {},
  ): Promise<ReplayResult> {
    checkPublicTopic(topic);
    let result: ReplayResult = { position: undefined, gap: undefined };
    this.hub.retain(topic);
    try {
      await this.hub.recover(topic, since, ({ publications, position, gap }) => {
        const own = publications.filter(({ attributes }) =>
          isForRaw(path, connection.id, attributes),
        );
        const fitting = newestOf(own, maxBackpressureBytes - connection.bufferedBytes);
        const isTooMuch = fitting.length < own.length && since !== "oldest";
        result = { position, gap: isTooMuch ? "limit" : gap };
        if (!isTooMuch) for (const { data } of fitting) connection.send(data);
        connection.subscribe(topic);
      });
    } finally {
      this.hub.release(topic);
    }
    return result;
  }

  async history(topic: string, query?: HistoryQuery): Promise<HistoryPage> {
    checkPublicTopic(topic);
    return this.hub.history(topic, query);
  }

  /** Opens the broker, unless an earlier `run()` has. */
  async open(nodeId: string): Promise<void> {
    if (this.#isOpen) return;
    await this.hub.open(nodeId, this.#log);
    this.#isOpen = true;
  }
}

/** Whether a publication that was kept is for a raw connection of a route. */
function isForRaw(
  path: string,
  connectionId: string,
  attributes: PublicationAttributes = {},
): boolean {
  const { event, route = path } = attributes;
  return event === undefined && route === path && isForConnection(attributes, connectionId);
}

/** Those at the end that fit into so many bytes. */
function newestOf(publications: readonly Publication[], maxBytes: number): readonly Publication[] {
  let bytes = 0;
  let first = publications.length;
  for (; first > 0; first -= 1) {
    bytes += Buffer.byteLength(publications[first - 1]?.data ?? "");
    if (bytes > maxBytes) break;
  }
  return publications.slice(first);
}
