import {
  type Broker,
  checkPublicTopic,
  type HistoryPage,
  type HistoryQuery,
  type Logger,
  MemoryBroker,
  type PublicationAttributes,
  type PublishResult,
  type Sendable,
  TopicHub,
} from "@windlass/core";
import { optionError, parseOptions } from "../option-error.ts";
import { type PublishOptions, toTopicOptions } from "./publish-options.ts";
import { type TopicOptions, topicOptionsSchema, toTopicPolicy } from "./topic-options.ts";
import { TopicPolicies } from "./topic-policies.ts";

/** The topics of an App: the hub of its node, and the policies that the application declares. */
export class AppTopics {
  readonly hub: TopicHub;
  readonly #log: Logger;
  readonly #policies = new TopicPolicies();
  readonly #hasHistory: boolean;
  #isOpen = false;

  constructor(broker: Broker | undefined, maxRecovered: number, log: Logger) {
    this.#log = log;
    this.#hasHistory = broker === undefined || "history" in broker;
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
