import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../contract/clock.ts";
import type { CallbackPhase, Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import { InMemoryRoute } from "../testing/in-memory-route.ts";
import { ManualClock } from "../testing/manual-clock.ts";

/** What a callback does, drawn anew for every call. */
const behaviours = [
  "returns",
  "throws",
  "resolves",
  "rejects",
  "never settles",
  "closes",
  "closes and throws",
  "closes and resolves",
  "sends and terminates",
] as const;
type Behaviour = (typeof behaviours)[number];

/** What happens from outside between callbacks. */
const commands = [
  "peer sends",
  "peer sends",
  "peer sends much",
  "a promise settles",
  "a promise settles",
  "microtasks run",
  "peer drains",
  "peer closes",
  "peer drops",
  "server closes",
  "time passes",
] as const;
type Command = (typeof commands)[number];

/** `pnpm test:long` looks much longer. */
const numRuns = process.env["WINDLASS_TEST_LONG"] === undefined ? 500 : 20_000;

const maxQueuedMessages = 3;
const callbackTimeoutMs = 1_000;

/** A component that behaves as drawn and checks the obligations of who calls it. */
class Witness implements Component {
  readonly violations: string[] = [];
  readonly started: string[] = [];
  readonly #behaviours: Iterator<Behaviour>;
  readonly #clock: Clock;
  readonly #pending: (() => void)[] = [];
  /** The async callback that runs, and since when. */
  #running: { readonly sinceMs: number } | undefined;
  #isOpened = false;
  #closes = 0;

  constructor(drawn: Iterator<Behaviour>, clock: Clock) {
    this.#behaviours = drawn;
    this.#clock = clock;
  }

  get closes(): number {
    return this.#closes;
  }

  onOpen(connection: Connection): MaybePromise<void> {
    return this.#call("open", connection, () => {
      this.#isOpened = true;
    });
  }

  onMessage(connection: Connection): MaybePromise<void> {
    if (!this.#isOpened) this.violations.push("onMessage before onOpen was successful");
    return this.#call("message", connection);
  }

  onDrain(connection: Connection): MaybePromise<void> {
    return this.#call("drain", connection);
  }

  onClose(connection: Connection): MaybePromise<void> {
    this.#closes += 1;
    if (connection.state !== "closed") this.violations.push("onClose while open");
    return this.#call("close", connection);
  }

  onError(connection: Connection, _error: Error, phase: CallbackPhase): MaybePromise<void> {
    if (phase !== "close" && this.#closes > 0) this.violations.push("onError after onClose");
    return this.#call("error", connection);
  }

  /** Lets the oldest promise settle that waits for it. */
  settleOne(): void {
    this.#pending.shift()?.();
  }

  #call(phase: string, connection: Connection, onSuccess = () => {}): MaybePromise<void> {
    this.started.push(phase);
    if (this.#isBusy()) this.violations.push(`${phase} while another callback runs`);
    if (this.#closes > 0 && phase !== "close" && phase !== "error") {
      this.violations.push(`${phase} after onClose`);
    }
    const behaviour = this.#behaviours.next().value as Behaviour;
    if (behaviour.startsWith("closes")) connection.close(4100);
    if (behaviour === "sends and terminates") {
      connection.send("last words");
      connection.terminate();
    }
    if (behaviour.endsWith("throws")) throw new Error(phase);
    if (!/resolves|rejects|settles/.test(behaviour)) return onSuccess();
    const running = { sinceMs: this.#clock.now() };
    this.#running = running;
    return new Promise((resolve, reject) => {
      if (behaviour === "never settles") return;
      this.#pending.push(() => {
        if (this.#running === running) this.#running = undefined;
        if (behaviour === "rejects") return reject(new Error(phase));
        onSuccess();
        resolve();
      });
    });
  }

  /** A callback that takes too long is over for who called it, though it may go on. */
  #isBusy(): boolean {
    if (this.#running === undefined) return false;
    return this.#clock.now() - this.#running.sinceMs < callbackTimeoutMs;
  }
}

async function play(
  drawn: Iterator<Behaviour>,
  script: readonly Command[],
  hasOnError: boolean,
): Promise<Witness> {
  const clock = new ManualClock();
  const witness = new Witness(drawn, clock);
  if (!hasOnError) Object.assign(witness, { onError: undefined });
  const options = { clock, callbackTimeoutMs, maxQueuedMessages, maxQueuedBytes: 100 };
  const route = new InMemoryRoute(witness, options);
  const peer = await route.connect();
  let taken = 0;
  const actions: Record<Command, () => void> = {
    "peer sends": () => {
      if (peer.send("x")) taken += 1;
    },
    "peer sends much": () => {
      if (peer.send("x".repeat(60))) taken += 1;
    },
    "a promise settles": () => witness.settleOne(),
    "microtasks run": () => {},
    "peer drains": () => {
      peer.pause();
      peer.connection.send("waits");
      peer.resume();
    },
    "peer closes": () => peer.close(4200),
    "peer drops": () => peer.drop(),
    "server closes": () => peer.connection.close(4300),
    "time passes": () => clock.advance(300),
  };
  for (const command of script) {
    actions[command]();
    if (command !== "peer sends") await macrotask();
    const handled = witness.started.filter((phase) => phase === "message").length;
    // What waits, and the one that overflowed and was given up with the connection.
    const waits = taken - handled;
    if (peer.connection.state === "open" && waits > maxQueuedMessages) {
      witness.violations.push(`${waits} messages wait`);
    }
  }
  peer.drop();
  // However it got stuck: after the time-outs everything is over.
  let isSettled = false;
  const settled = route.settled().then(() => {
    isSettled = true;
  });
  for (let round = 0; round < 200 && !isSettled; round += 1) {
    witness.settleOne();
    clock.advance(callbackTimeoutMs / 5);
    await macrotask();
  }
  expect(isSettled).toBe(true);
  await settled;
  expect(route.connections.size).toBe(0);
  expect(clock.pendingTimers).toBe(0);
  return witness;
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("the dispatcher, whatever callbacks and peers do", { timeout: 60_000 }, () => {
  it.each([true, false])(
    "keeps the order of callbacks, closes once and settles (with onError: %s)",
    async (hasOnError) => {
      const script = fc.array(fc.constantFrom(...commands), { maxLength: 25 });
      const drawn = fc.infiniteStream(fc.constantFrom(...behaviours));
      await fc.assert(
        fc.asyncProperty(drawn, script, async (stream, steps) => {
          const witness = await play(stream, steps, hasOnError);
          expect(witness.violations).toEqual([]);
          expect(witness.started[0]).toBe("open");
          expect(witness.closes).toBe(1);
        }),
        { numRuns },
      );
    },
  );
});
