import fc from "fast-check";
import { describe, expect, it } from "vitest";
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

const maxQueuedMessages = 3;
const callbackTimeoutMs = 1_000;

/** A component that behaves as drawn and checks the obligations of who calls it. */
class Witness implements Component {
  readonly violations: string[] = [];
  readonly started: string[] = [];
  readonly #behaviours: Iterator<Behaviour>;
  readonly #pending: (() => void)[] = [];
  #running = 0;
  #isOpened = false;
  #closes = 0;
  /** Counts callbacks that never settle: the time-out ends them for the caller. */
  #stuck = 0;

  constructor(drawn: Iterator<Behaviour>) {
    this.#behaviours = drawn;
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
    if (!this.#isOpened) this.violations.push("onMessage before onOpen has settled");
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

  onError(connection: Connection, error: Error, phase: CallbackPhase): MaybePromise<void> {
    if (error.message.includes("has not settled within") && this.#stuck > 0) {
      this.#stuck -= 1;
      this.#running -= 1;
    }
    if (phase !== "close" && this.#closes > 0) this.violations.push("onError after onClose");
    // A failed onOpen counts as settled; what follows it is that the connection closes.
    return this.#call("error", connection);
  }

  /** Lets the oldest promise settle that waits for it. */
  settleOne(): void {
    this.#pending.shift()?.();
  }

  #call(phase: string, connection: Connection, onSettled = () => {}): MaybePromise<void> {
    this.started.push(phase);
    if (this.#running > 0) this.violations.push(`${phase} while another callback runs`);
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
    if (behaviour === "never settles") return this.#getStuck(phase);
    if (!/resolves|rejects/.test(behaviour)) return onSettled();
    this.#running += 1;
    return new Promise((resolve, reject) => {
      this.#pending.push(() => {
        this.#running -= 1;
        onSettled();
        if (behaviour === "rejects") reject(new Error(phase));
        else resolve();
      });
    });
  }

  #getStuck(phase: string): Promise<never> {
    // Without onError, or inside it, the time-out makes no call that could be witnessed.
    if (phase !== "error" && this.onError !== undefined) {
      this.#running += 1;
      this.#stuck += 1;
    }
    return new Promise(() => {});
  }
}

async function play(
  drawn: Iterator<Behaviour>,
  script: readonly Command[],
  hasOnError: boolean,
): Promise<Witness> {
  const [clock, witness] = [new ManualClock(), new Witness(drawn)];
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

describe("the dispatcher, whatever callbacks and peers do", () => {
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
        { numRuns: 300 },
      );
    },
  );
});
