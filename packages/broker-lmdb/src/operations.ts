import type {
  HistoryPolicy,
  Position,
  Publication,
  PublishPolicy,
  PublishReceipt,
} from "@windlass/core";
import { toError } from "@windlass/core";
import type { Operation } from "./operation.ts";
import { topicHashOf } from "./store/keys.ts";
import { PublicationKey } from "./topics/idempotency.ts";
import { type EncodedPublication, heardPublication } from "./topics/publication-record.ts";
import type { Step } from "./topics/step.ts";
import { appendPublication, findTopic, removeTopic } from "./topics/topic-log.ts";

/** Memory that an operation takes besides its data, in bytes. */
const ownBytes = 1_024;

/** How a promise is settled. */
export interface Settle<Value> {
  readonly resolve: (value: Value | PromiseLike<Value>) => void;
  readonly reject: (error: Error) => void;
}

/** What becomes of a publication that is kept. */
export interface KeptTerms {
  readonly history: HistoryPolicy;
  readonly idempotency: PublishPolicy["idempotency"];
  /** Called when it is on the disk. Must not throw. */
  readonly deliver: (publication: Publication) => void;
}

/** Keeps a publication, and delivers it when it is on the disk. */
export class PublishOperation implements Operation {
  readonly topic: string;
  readonly bytes: number;
  readonly #publication: EncodedPublication;
  readonly #terms: KeptTerms;
  readonly #settle: Settle<PublishReceipt>;
  #receipt: Required<PublishReceipt> | undefined;

  constructor(publication: EncodedPublication, terms: KeptTerms, settle: Settle<PublishReceipt>) {
    this.topic = publication.topic;
    this.bytes = publication.record.length + ownBytes;
    this.#publication = publication;
    this.#terms = terms;
    this.#settle = settle;
  }

  apply(step: Step): void {
    const topicHash = topicHashOf(this.topic);
    const { history, idempotency } = this.#terms;
    const key = idempotency && new PublicationKey(topicHash, idempotency.key);
    const first = key?.firstPosition(step);
    if (first !== undefined) {
      this.#receipt = { position: first, isDuplicate: true };
      return;
    }
    step.room.take(this.#publication.record.length);
    const position = appendPublication(step, topicHash, this.#publication, history);
    if (idempotency !== undefined) key?.remember(step, position, idempotency.windowMs);
    this.#receipt = { position, isDuplicate: false };
  }

  succeed(): void {
    const receipt = this.#receipt;
    if (receipt === undefined) return;
    const { position, isDuplicate } = receipt;
    if (!isDuplicate) this.#terms.deliver(heardPublication(this.#publication, position));
    this.#settle.resolve(receipt);
  }

  fail(error: Error): void {
    this.#settle.reject(error);
  }
}

/** Delivers a publication that is not kept, behind those of its topic that are. */
export class LooseOperation implements Operation {
  readonly topic: string;
  readonly bytes: number;
  readonly #publish: () => Promise<PublishReceipt>;
  readonly #settle: Settle<PublishReceipt>;

  constructor(
    { topic, data }: Publication,
    publish: () => Promise<PublishReceipt>,
    settle: Settle<PublishReceipt>,
  ) {
    this.topic = topic;
    this.bytes = data.length + ownBytes;
    this.#publish = publish;
    this.#settle = settle;
  }

  apply(): void {}

  succeed(): void {
    this.#settle.resolve(this.#publish());
  }

  /** The disk has nothing to do with it. */
  fail(): void {
    this.succeed();
  }
}

/** What a subscription does when it is its turn. */
export interface SubscribeTarget {
  readonly add: () => Promise<void>;
  /** Where the topic stands on the disk. */
  readonly position: () => Position | undefined;
}

/** Adds a listener, between what it does not hear any more and what it hears. */
export class SubscribeOperation implements Operation {
  readonly topic: string;
  readonly bytes: number = ownBytes;
  readonly #target: SubscribeTarget;
  readonly #settle: Settle<Position | undefined>;
  #position: Position | undefined;

  constructor(topic: string, target: SubscribeTarget, settle: Settle<Position | undefined>) {
    this.topic = topic;
    this.#target = target;
    this.#settle = settle;
  }

  apply({ writes, nowMs }: Step): void {
    const found = findTopic(writes, topicHashOf(this.topic), nowMs);
    this.#position = found && { epoch: found.epoch, offset: found.last };
  }

  succeed(): void {
    const position = this.#position;
    this.#settle.resolve(this.#target.add().then(() => position));
  }

  /** What was before it has not happened either, so the topic stands where it stood. */
  fail(): void {
    try {
      this.#position = this.#target.position();
      this.succeed();
    } catch (error) {
      this.#settle.reject(toError(error));
    }
  }
}

/** Forgets a topic. */
export class ForgetOperation implements Operation {
  readonly topic: string;
  readonly bytes: number = ownBytes;
  readonly #settle: Settle<void>;

  constructor(topic: string, settle: Settle<void>) {
    this.topic = topic;
    this.#settle = settle;
  }

  apply(step: Step): void {
    removeTopic(step, topicHashOf(this.topic));
  }

  succeed(): void {
    this.#settle.resolve();
  }

  fail(error: Error): void {
    this.#settle.reject(error);
  }
}
