import { type Clock, systemClock } from "../contract/clock.ts";
import type { Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import type { CloseEvent } from "../contract/disconnect.ts";
import { Disconnects } from "../contract/disconnects.ts";
import { WindlassError } from "../contract/errors.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import type { Message } from "../contract/message.ts";
import { ComponentDecorator } from "./component-decorator.ts";

/** How fast each connection may send; every limit is one of its own and off by default. */
export interface RateLimit {
  /** Messages per second in the long run, above 0; fractions are possible. Default: no limit. */
  readonly messagesPerSecond?: number | undefined;
  /** Messages at once after a pause, at least 1. Default: 2 seconds' worth, at least 1. */
  readonly messageBurst?: number | undefined;
  /** Bytes of payload per second in the long run, above 0. Default: no limit. */
  readonly bytesPerSecond?: number | undefined;
  /**
   * Bytes at once after a pause, at least 1. A message that is larger never passes. Default: 2
   * seconds' worth, at least 1.
   */
  readonly byteBurst?: number | undefined;
}

/** A limit as a token bucket: filled at `perSecond` up to `burst`, emptied by messages. */
interface BucketSize {
  readonly perSecond: number;
  readonly burst: number;
}

/** What one connection has left. */
interface Balance {
  messages: number;
  bytes: number;
  updatedMs: number;
}

/** What is not limited: any balance minus any cost is still enough. */
const unlimited: BucketSize = {
  perSecond: Number.MAX_SAFE_INTEGER,
  burst: Number.MAX_SAFE_INTEGER,
};

/**
 * Limits how fast each connection may send. The message that exceeds the limit does not reach the
 * component and closes the connection with 4002 (RateLimited, cause `policy`).
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function rateLimited<Data>(
  component: Component<Data>,
  limit: RateLimit,
  clock: Clock = systemClock,
): Component<Data> {
  // A layer that limits nothing is not there.
  if (Object.values(limit).every((value) => value === undefined)) return component;
  return new RateLimited(component, limit, clock);
}

class RateLimited<Data> extends ComponentDecorator<Data> {
  readonly #clock: Clock;
  readonly #messages: BucketSize;
  readonly #bytes: BucketSize;
  /** From the first message of a connection to its close. */
  readonly #balances = new Map<Connection<Data>, Balance>();

  constructor(inner: Component<Data>, limit: RateLimit, clock: Clock) {
    super(inner);
    this.#clock = clock;
    this.#messages = bucketSize(limit, "messagesPerSecond", "messageBurst");
    this.#bytes = bucketSize(limit, "bytesPerSecond", "byteBurst");
  }

  override onMessage(connection: Connection<Data>, message: Message): MaybePromise<void> {
    const balance = this.#refill(connection);
    balance.messages -= 1;
    balance.bytes -= message.byteLength;
    if (balance.messages < 0 || balance.bytes < 0) return this.#exceeded(connection, balance);
    return this.inner.onMessage(connection, message);
  }

  override onClose(connection: Connection<Data>, event: CloseEvent): MaybePromise<void> {
    this.#balances.delete(connection);
    return this.inner.onClose?.(connection, event);
  }

  #refill(connection: Connection<Data>): Balance {
    const now = this.#clock.now();
    const balance = this.#balances.get(connection);
    if (balance === undefined) return this.#open(connection, now);
    const seconds = (now - balance.updatedMs) / 1000;
    balance.messages = refilled(balance.messages, this.#messages, seconds);
    balance.bytes = refilled(balance.bytes, this.#bytes, seconds);
    balance.updatedMs = now;
    return balance;
  }

  #open(connection: Connection<Data>, now: number): Balance {
    const balance = { messages: this.#messages.burst, bytes: this.#bytes.burst, updatedMs: now };
    this.#balances.set(connection, balance);
    return balance;
  }

  #exceeded(connection: Connection<Data>, balance: Balance): void {
    if (connection.state === "closed") return;
    const isMessages = balance.messages < 0;
    const unit = isMessages ? "messages" : "bytes";
    const { perSecond, burst } = isMessages ? this.#messages : this.#bytes;
    connection.log.warn(
      {
        rule: "rate-limit",
        seen: `more than ${burst} ${unit} at once or ${perSecond} per second`,
        wanted: `at most ${perSecond} ${unit} per second, ${burst} at once`,
      },
      "the client sends faster than the route's rateLimit allows: closing with 4002",
    );
    connection.close(Disconnects.RateLimited);
  }
}

function refilled(tokens: number, size: BucketSize, seconds: number): number {
  return Math.min(size.burst, tokens + seconds * size.perSecond);
}

function bucketSize(
  limit: RateLimit,
  rateName: "messagesPerSecond" | "bytesPerSecond",
  burstName: "messageBurst" | "byteBurst",
): BucketSize {
  const perSecond = limit[rateName];
  const burst = limit[burstName];
  if (perSecond === undefined) {
    if (burst === undefined) return unlimited;
    throw invalid(burstName, `it needs ${rateName} beside it`);
  }
  // NaN compares false with everything and would limit nothing, so ask for what is right.
  if (!(perSecond > 0 && perSecond < Number.POSITIVE_INFINITY)) {
    throw invalid(rateName, `${perSecond} is not a number above 0`);
  }
  if (burst === undefined) return { perSecond, burst: Math.max(1, 2 * perSecond) };
  if (!(burst >= 1 && burst < Number.POSITIVE_INFINITY)) {
    throw invalid(burstName, `${burst} is not a number of at least 1`);
  }
  return { perSecond, burst };
}

function invalid(option: string, problem: string): WindlassError {
  return new WindlassError("ERR_OPTION_INVALID", { option: `rateLimit.${option}`, problem });
}
