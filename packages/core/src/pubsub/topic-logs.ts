import type { Clock } from "../contract/clock.ts";
import type { HistoryPolicy, Publication } from "../contract/publication.ts";
import { type Expiring, ExpiryWheel } from "./expiry-wheel.ts";
import { type KeptPublication, PublicationLog } from "./publication-log.ts";

interface TopicLog extends Expiring {
  readonly topic: string;
  readonly log: PublicationLog;
}

/** The histories of many topics, each as long as anything is remembered of it. */
export class TopicLogs {
  readonly #clock: Clock;
  readonly #topics = new Map<string, TopicLog>();
  readonly #expiry: ExpiryWheel<TopicLog>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#expiry = new ExpiryWheel(clock, (item, nowMs) => this.#expire(item, nowMs));
  }

  /** Topics that something is remembered of. */
  get size(): number {
    return this.#topics.size;
  }

  /** The log of a topic, if anything is remembered of it now. */
  find(topic: string): PublicationLog | undefined {
    const item = this.#topics.get(topic);
    if (item === undefined) return undefined;
    if (!item.log.isForgotten(this.#clock.now())) return item.log;
    this.delete(topic);
    return undefined;
  }

  append(publication: Publication, policy: HistoryPolicy): KeptPublication {
    const { topic } = publication;
    const log = this.find(topic) ?? this.#create(topic);
    const kept = log.append(publication, policy, this.#clock.now());
    const item = this.#topics.get(topic);
    if (item !== undefined) this.#expiry.schedule(item, log.dueAtMs);
    return kept;
  }

  delete(topic: string): void {
    const item = this.#topics.get(topic);
    if (item === undefined) return;
    this.#topics.delete(topic);
    this.#expiry.cancel(item);
  }

  clear(): void {
    this.#topics.clear();
    this.#expiry.clear();
  }

  #create(topic: string): PublicationLog {
    const log = new PublicationLog();
    this.#topics.set(topic, { topic, log, slot: undefined });
    return log;
  }

  #expire(item: TopicLog, nowMs: number): void {
    const { topic, log } = item;
    log.trim(nowMs);
    if (log.isForgotten(nowMs)) this.#topics.delete(topic);
    else this.#expiry.schedule(item, log.dueAtMs);
  }
}
