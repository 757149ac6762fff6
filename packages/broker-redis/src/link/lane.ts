import type { Clock } from "@windlass/core";
import { LinkError, type Redirect, redirectOf } from "./link-error.ts";
import type { Pauses } from "./pauses.ts";
import type { RedisArgument, RedisReply } from "./redis-connection.ts";

/** A command that goes to whoever holds its topic. */
export interface Command {
  /** Hash tag of its keys. */
  readonly tag: string;
  readonly args: RedisArgument[];
}

/** A command that a server did not carry out, and that is sent again. */
interface Waiting {
  readonly command: Command;
  /** Of the call: those of one topic are carried out in this order. */
  readonly order: number;
  readonly resolve: (reply: RedisReply) => void;
  readonly reject: (error: unknown) => void;
  redirect: Redirect | undefined;
  stopTimer: () => void;
  isOverdue: boolean;
}

/** What a lane needs from those who know the servers. */
export interface LaneHost {
  readonly clock: Clock;
  readonly pauses: Pauses;
  readonly commandTimeoutMs: number;
  /** Sends at once, in the order of the calls. */
  sendNow(command: Command, redirect: Redirect | undefined): Promise<RedisReply>;
  /** Resolves when everything that was sent before has been answered. Never rejects. */
  settled(): Promise<void>;
  /** Makes another attempt worth while. Never rejects. */
  prepare(tag: string, redirect: Redirect): Promise<void>;
}

const pauseMs = 25;

/**
 * The commands of one topic while some of them must be sent again, because its slot has moved or the server
 * does not know a script any more. Whatever is called meanwhile waits behind them, so that the order of the
 * calls stays.
 */
export class Lane {
  readonly #host: LaneHost;
  readonly #tag: string;
  #waiting: Waiting[] = [];
  #isRunning = false;
  /** Called when nothing waits any more. */
  onEmpty: () => void = () => {};

  constructor(tag: string, host: LaneHost) {
    this.#tag = tag;
    this.#host = host;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(command: Command, order: number, redirect?: Redirect): Promise<RedisReply> {
    const { clock, commandTimeoutMs } = this.#host;
    const answer = new Promise<RedisReply>((resolve, reject) => {
      const stopTimer = (): void => {};
      const waiting: Waiting = {
        command,
        order,
        resolve,
        reject,
        redirect,
        stopTimer,
        isOverdue: false,
      };
      waiting.stopTimer = clock.after(commandTimeoutMs, () => this.#giveUp(waiting));
      this.#waiting.push(waiting);
    });
    if (!this.#isRunning) {
      this.#isRunning = true;
      void this.#run();
    }
    return answer;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Answers to what was sent before are still on their way, and each may have to be sent again.
      await this.#host.settled();
      const redirect = this.#waiting.find((each) => each.redirect !== undefined)?.redirect;
      if (redirect !== undefined) await this.#host.prepare(this.#tag, redirect);
      const batch = this.#waiting.splice(0).sort((a, b) => a.order - b.order);
      const [first, ...rest] = batch;
      if (first === undefined) break;
      // The others would overtake one that fails again.
      if (await this.#send(first)) await Promise.all(rest.map((waiting) => this.#send(waiting)));
      else this.#waiting.push(...rest);
      if (this.#waiting.some((each) => each.redirect !== undefined))
        await this.#host.pauses.wait(pauseMs);
    }
    this.#isRunning = false;
    this.onEmpty();
  }

  /** Resolves with false when it has to be sent again. */
  async #send(waiting: Waiting): Promise<boolean> {
    try {
      waiting.resolve(await this.#host.sendNow(waiting.command, waiting.redirect));
    } catch (error) {
      waiting.redirect = redirectOf(error);
      if (waiting.redirect !== undefined && !waiting.isOverdue) {
        this.#waiting.push(waiting);
        return false;
      }
      waiting.reject(error);
    }
    waiting.stopTimer();
    return true;
  }

  #giveUp(waiting: Waiting): void {
    const { commandTimeoutMs } = this.#host;
    waiting.isOverdue = true;
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    const reason = waiting.redirect === undefined ? "" : ` (last answer: ${waiting.redirect.kind})`;
    waiting.reject(new LinkError(`not carried out within ${commandTimeoutMs} ms${reason}`));
  }
}
