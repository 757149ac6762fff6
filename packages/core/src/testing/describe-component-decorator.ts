import assert from "node:assert/strict";
import type { Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import type { CloseEvent } from "../contract/disconnect.ts";
import { isPromiseLike, type MaybePromise } from "../contract/maybe-promise.ts";
import type { Message } from "../contract/message.ts";
import { ReceivedMessage } from "../contract/received-message.ts";
import { type ContractCase, type ContractRunner, declareCases } from "./contract-runner.ts";
import { connectInMemory } from "./in-memory-route.ts";

/** Wraps a component. A decorator that limits something must be generous enough for a few messages. */
export type DecoratorFactory = (inner: Component) => Component;

/**
 * Tests what every decorator owes the component inside and whoever calls it. That state per
 * connection ends with `onClose` is shown by its behaviour: the same connection starts afresh.
 */
export function describeComponentDecorator(
  name: string,
  create: DecoratorFactory,
  runner: ContractRunner,
): void {
  runner.describe(`${name} as a component decorator`, () => declareCases(cases, create, runner));
}

const cases: readonly ContractCase<DecoratorFactory>[] = [
  [
    "hands the same connection and the same arguments to every callback",
    async (create) => {
      const { calls, spy } = recorder();
      const scene = await setScene();
      const decorated = create(spy());
      for (const call of callbacks) await call(decorated, scene);
      const { connection, message, event, error } = scene;
      const expected = [
        [connection],
        [connection, message],
        [connection],
        [connection, error, "message"],
        [connection, event],
      ];
      assert.equal(calls.length, expected.length);
      for (const [index, args] of expected.entries()) {
        assert.equal(calls[index]?.length, args.length);
        for (const [position, argument] of args.entries()) {
          assert.ok(calls[index]?.[position] === argument, "an argument was replaced");
        }
      }
    },
  ],
  [
    "stays synchronous around a synchronous component",
    async (create) => {
      const scene = await setScene();
      const decorated = create(recorder().spy());
      for (const call of callbacks) assert.equal(call(decorated, scene), undefined);
    },
  ],
  [
    "returns a promise that settles after the one of the component inside",
    async (create) => {
      for (const call of callbacks) {
        const gate = createGate();
        const result = call(create(recorder().spy(() => gate.opened)), await setScene());
        assert.ok(isPromiseLike(result), "the promise of the component inside was dropped");
        const order: string[] = [];
        const settled = result.then(() => order.push("outside"));
        await turns();
        order.push("inside");
        gate.open();
        await settled;
        assert.deepEqual(order, ["inside", "outside"]);
      }
    },
  ],
  [
    "lets out what the component inside throws",
    async (create) => {
      for (const call of callbacks) {
        const failure = new Error("thrown inside");
        const decorated = create(recorder().spy(() => fail(failure)));
        const scene = await setScene();
        let result: MaybePromise<void>;
        try {
          result = call(decorated, scene);
        } catch (error) {
          assert.equal(error, failure);
          continue;
        }
        // Look at a rejection, or the test run would end with it.
        await Promise.resolve(result).catch(() => {});
        assert.fail(isPromiseLike(result) ? "the throw became a rejection" : "it was swallowed");
      }
    },
  ],
  [
    "lets out the rejection of the component inside",
    async (create) => {
      for (const call of callbacks) {
        const failure = new Error("rejected inside");
        const rejected = Promise.reject(failure);
        // A decorator that drops it fails the case below, not the whole test run.
        rejected.catch(() => {});
        const decorated = create(recorder().spy(() => rejected));
        const scene = await setScene();
        await assertFails(() => call(decorated, scene), failure);
      }
    },
  ],
  [
    "lets the error out again when the component inside has no onError",
    async (create) => {
      const decorated = create({ onMessage: () => {} });
      const { connection, error } = await setScene();
      // Without the method, the caller knows by itself that nobody handles errors.
      if (decorated.onError === undefined) return;
      await assertFails(() => decorated.onError?.(connection, error, "message"), error);
    },
  ],
  [
    "does not mind callbacks that the component inside leaves out",
    async (create) => {
      const scene = await setScene();
      const decorated = create({ onMessage: () => {}, onError: () => {} });
      for (const call of callbacks) assert.equal(call(decorated, scene), undefined);
    },
  ],
  [
    "does not let one connection wait for another",
    async (create) => {
      const gate = createGate();
      const [slow, fast] = [await setScene(), await setScene()];
      const decorated = create(
        recorder().spy((connection) => (connection === slow.connection ? gate.opened : undefined)),
      );
      const waiting = decorated.onOpen?.(slow.connection);
      for (const call of callbacks) assert.equal(call(decorated, fast), undefined);
      gate.open();
      await waiting;
    },
  ],
  [
    "starts afresh when a connection opens again after onClose",
    async (create) => {
      const { calls, spy } = recorder();
      const scene = await setScene();
      const gates = [createGate(), createGate()];
      let life = 0;
      const decorated = create(spy(() => gates[life]?.opened));
      for (const gate of gates) {
        const results = callbacks.map((call) => call(decorated, scene));
        gate.open();
        await Promise.all(results);
        life += 1;
      }
      assert.equal(calls.length, 2 * callbacks.length);
    },
  ],
];

/** One connection and what happens to it. */
interface Scene {
  readonly connection: Connection;
  readonly message: Message;
  readonly event: CloseEvent;
  readonly error: Error;
}

async function setScene(): Promise<Scene> {
  const { connection } = await connectInMemory({ onMessage: () => {} });
  return {
    connection,
    message: new ReceivedMessage(new TextEncoder().encode("hello").buffer, false),
    event: { code: 1000, reason: "bye", wasClean: true, cause: "peer" },
    error: new Error("a callback failed"),
  };
}

/** Every callback once, in an order that a connection can have. */
const callbacks: readonly ((component: Component, scene: Scene) => MaybePromise<void>)[] = [
  (component, { connection }) => component.onOpen?.(connection),
  (component, { connection, message }) => component.onMessage(connection, message),
  (component, { connection }) => component.onDrain?.(connection),
  (component, { connection, error }) => component.onError?.(connection, error, "message"),
  (component, { connection, event }) => component.onClose?.(connection, event),
];

type Behaviour = (connection: Connection) => MaybePromise<void>;

/** A component that keeps the arguments of all calls and behaves in the same way in each. */
function recorder(): {
  calls: unknown[][];
  spy: (behave?: Behaviour) => Component;
} {
  const calls: unknown[][] = [];
  const spy = (behave: Behaviour = () => {}): Component => {
    const record = (connection: Connection, ...rest: unknown[]): MaybePromise<void> => {
      calls.push([connection, ...rest]);
      return behave(connection);
    };
    return {
      onOpen: record,
      onMessage: record,
      onDrain: record,
      onError: record,
      onClose: record,
    };
  };
  return { calls, spy };
}

function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Lets everything run that does not wait for the outside world. */
function turns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function fail(error: Error): never {
  throw error;
}

async function assertFails(call: () => MaybePromise<void>, failure: Error): Promise<void> {
  await assert.rejects(
    async () => call(),
    (error) => error === failure,
  );
}
