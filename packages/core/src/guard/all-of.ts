import {
  type Acceptance,
  accept,
  type Guard,
  type GuardContext,
  type Refusal,
  refuse,
  type Verdict,
} from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { isPromiseLike, type MaybePromise } from "../contract/maybe-promise.ts";
import { isVerdict, mergeAcceptances, toVerdict } from "./verdict.ts";

/**
 * Several guards as one: asks them in order and stops at the first that refuses. Synchronous as
 * long as the guards are.
 *
 * - `reports` of all guards are joined in order; of several users the last one counts.
 * - When a guard refuses, throws or rejects, those that had accepted before are released in
 *   reverse order, once each. So they are when the client goes away while a guard is pending: the
 *   verdict is then a refusal with the rule `aborted`, and the pending guard is released later if
 *   it comes to accept after all.
 * - A guard that answers with anything but a verdict makes `check` throw (or reject with) a TypeError.
 * - `release` releases all guards even when one of them throws, and throws that error afterwards
 *   (an AggregateError when there are several).
 */
export function allOf(...guards: Guard[]): Guard {
  return new AllOf(guards);
}

class AllOf implements Guard {
  readonly #guards: readonly Guard[];

  constructor(guards: readonly Guard[]) {
    this.#guards = guards;
  }

  check(handshake: Handshake, context: GuardContext): MaybePromise<Verdict> {
    return this.#checkFrom(0, accept, handshake, context);
  }

  release(handshake: Handshake): void {
    const errors = this.#releaseBefore(this.#guards.length, handshake);
    if (errors.length > 0) throw joinErrors(errors);
  }

  #checkFrom(
    start: number,
    soFar: Acceptance,
    handshake: Handshake,
    context: GuardContext,
  ): MaybePromise<Verdict> {
    let acceptance = soFar;
    for (let index = start; index < this.#guards.length; index += 1) {
      const answer = this.#ask(index, handshake, context);
      if (answer === accept) continue;
      if (isPromiseLike(answer)) {
        return this.#awaitGuard(index, answer, acceptance, handshake, context);
      }
      if (!answer.accepted) return this.#refused(index, answer, handshake);
      acceptance = mergeAcceptances(acceptance, answer);
    }
    return acceptance;
  }

  #ask(index: number, handshake: Handshake, context: GuardContext): MaybePromise<Verdict> {
    const guard = this.#guards[index];
    try {
      const answer: unknown = guard?.check(handshake, context);
      return isPromiseLike(answer) ? (answer as Promise<Verdict>) : toVerdict(answer, guard, index);
    } catch (error) {
      throw this.#failed(index, error, handshake);
    }
  }

  #awaitGuard(
    index: number,
    pending: Promise<Verdict>,
    soFar: Acceptance,
    handshake: Handshake,
    context: GuardContext,
  ): Promise<Verdict> {
    const { signal } = context;
    return new Promise((resolve, reject) => {
      let isAborted = false;
      // Everything that may throw runs in here: nothing may escape into the signal or get lost.
      const settle = (work: () => MaybePromise<Verdict>): void => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      };
      const onAbort = (): void => {
        isAborted = true;
        settle(() => this.#refused(index, abortedRefusal(), handshake));
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });

      Promise.resolve(pending).then(
        (answer: unknown) => {
          if (isAborted) return this.#releaseLate(index, answer, handshake);
          signal.removeEventListener("abort", onAbort);
          settle(() => this.#goOn(index, answer, soFar, handshake, context));
        },
        (error: unknown) => {
          // After an abort the client has its answer, and guards that honour the signal reject
          // because of it: such a late rejection is no news and is dropped on purpose.
          if (isAborted) return;
          signal.removeEventListener("abort", onAbort);
          reject(this.#failed(index, error, handshake));
        },
      );
    });
  }

  #goOn(
    index: number,
    answer: unknown,
    soFar: Acceptance,
    handshake: Handshake,
    context: GuardContext,
  ): MaybePromise<Verdict> {
    let verdict: Verdict;
    try {
      verdict = toVerdict(answer, this.#guards[index], index);
    } catch (error) {
      throw this.#failed(index, error, handshake);
    }
    if (!verdict.accepted) return this.#refused(index, verdict, handshake);
    return this.#checkFrom(index + 1, mergeAcceptances(soFar, verdict), handshake, context);
  }

  /** Releases the guards before `index` because the one at `index` refused. */
  #refused(index: number, refusal: Refusal, handshake: Handshake): Refusal {
    const errors = this.#releaseBefore(index, handshake);
    if (errors.length > 0) throw joinErrors(errors);
    return refusal;
  }

  /** Releases the guards before `index` because the one at `index` failed; returns what to throw. */
  #failed(index: number, error: unknown, handshake: Handshake): unknown {
    return joinErrors([error, ...this.#releaseBefore(index, handshake)]);
  }

  #releaseBefore(count: number, handshake: Handshake): unknown[] {
    const errors: unknown[] = [];
    for (let index = count - 1; index >= 0; index -= 1) {
      try {
        this.#guards[index]?.release?.(handshake);
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }

  /** The guard accepted a handshake that is over: it alone still counts it. */
  #releaseLate(index: number, answer: unknown, handshake: Handshake): void {
    if (!isVerdict(answer) || !answer.accepted) return;
    try {
      this.#guards[index]?.release?.(handshake);
    } catch {
      // The verdict was given long ago, so there is nobody left to tell.
    }
  }
}

function abortedRefusal(): Refusal {
  return refuse({
    rule: "aborted",
    code: "ERR_HANDSHAKE_TIMEOUT",
    seen: "the client went away or the time was up while a guard was checking",
    wanted: "a client that waits, and guards that answer within handshakeTimeoutMs",
  });
}

function joinErrors(errors: readonly unknown[]): unknown {
  return errors.length === 1
    ? errors[0]
    : new AggregateError(errors, "Several guards failed; see errors for each.");
}
