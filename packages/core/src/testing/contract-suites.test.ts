import { describe, expect, it } from "vitest";
import { ComponentDecorator } from "../component/component-decorator.ts";
import type { Broker, BrokerHost, HistoryBroker, HistoryPage } from "../contract/broker.ts";
import type { Component } from "../contract/component.ts";
import { accept, type Guard, refuse } from "../contract/guard.ts";
import { isPromiseLike } from "../contract/maybe-promise.ts";
import { connectionLimitGuard } from "../guard/connection-limit.ts";
import { MemoryBroker } from "../pubsub/memory-broker.ts";
import type { ContractRunner } from "./contract-runner.ts";
import { describeBroker } from "./describe-broker.ts";
import { describeComponentDecorator } from "./describe-component-decorator.ts";
import { describeGuard, type GuardCases } from "./describe-guard.ts";
import { describeHistory } from "./describe-history.ts";
import { failuresOf } from "./failures-of.ts";
import { BrokerNode } from "./in-process-nodes.test-helper.ts";
import { ManualClock } from "./manual-clock.ts";

describe("describeComponentDecorator finds a decorator that", () => {
  const failures = (create: (inner: Component) => Component): Promise<string[]> =>
    failuresOf((runner) => describeComponentDecorator("it", create, runner));

  it("is right", async () => {
    expect(await failures((inner) => new ComponentDecorator(inner))).toEqual([]);
    expect(await failures((inner) => inner)).toEqual([]);
  });

  it.each<[string, (inner: Component) => Component]>([
    [
      "drops promises",
      (inner) =>
        override(inner, {
          onMessage: (connection, message) => void inner.onMessage(connection, message),
        }),
    ],
    [
      "makes everything asynchronous",
      (inner) => override(inner, { onMessage: async (...args) => inner.onMessage(...args) }),
    ],
    [
      "swallows failures",
      (inner) =>
        override(inner, {
          onMessage(...args) {
            try {
              const result = inner.onMessage(...args);
              return isPromiseLike(result) ? result.catch(() => {}) : result;
            } catch {
              // Swallowed.
            }
          },
        }),
    ],
    ["hides that there is no onError", (inner) => override(inner, { onError: () => {} })],
    ["forgets a callback", (inner) => override(inner, { onDrain: () => {} })],
    [
      "hands over another message",
      (inner) =>
        override(inner, {
          onMessage: (connection, message) =>
            inner.onMessage(connection, Object.create(message as object)),
        }),
    ],
    [
      "hands over another connection",
      (inner) =>
        override(inner, {
          onClose: (connection, event) => inner.onClose?.(Object.create(connection), event),
        }),
    ],
    [
      "lets connections wait for each other",
      (inner) => {
        let tail: Promise<void> | undefined;
        return override(inner, {
          onOpen(connection) {
            const result = inner.onOpen?.(connection);
            if (isPromiseLike(result)) tail = result;
            return result;
          },
          onMessage: (...args) =>
            tail === undefined
              ? inner.onMessage(...args)
              : tail.then(() => inner.onMessage(...args)),
        });
      },
    ],
    [
      "remembers a connection for ever",
      (inner) => {
        const closed = new Set<unknown>();
        return override(inner, {
          onMessage: (connection, message) =>
            closed.has(connection) ? undefined : inner.onMessage(connection, message),
          onClose(connection, event) {
            closed.add(connection);
            return inner.onClose?.(connection, event);
          },
        });
      },
    ],
  ])("%s", async (_fault, create) => {
    expect(await failures(create)).not.toEqual([]);
  });
});

/** A right decorator, but for these callbacks. */
function override(inner: Component, callbacks: Partial<Component>): Component {
  return Object.assign(new ComponentDecorator(inner), callbacks);
}

describe("describeGuard finds a guard that", () => {
  const cases: Omit<GuardCases, "create"> = {
    accepts: [{ ip: "10.0.0.1" }],
    refuses: [{ request: { ip: "203.0.113.7" }, rule: "ip" }],
  };
  const failures = (create: () => Guard, more: Partial<GuardCases> = {}): Promise<string[]> =>
    failuresOf((runner) => describeGuard("it", { ...cases, ...more, create }, runner));
  const refusal = refuse({ rule: "ip", seen: "a", wanted: "b" });
  const check: Guard["check"] = ({ ip }) => (ip.startsWith("10.") ? accept : refusal);
  const limit = { accepts: [{}], refuses: [], limit: 2 };

  it("is right", async () => {
    expect(await failures(() => ({ check }))).toEqual([]);
    const create = (): Guard => connectionLimitGuard({ max: 2, scope: "route" });
    expect(await failures(create, limit)).toEqual([]);
  });

  it.each<[string, Guard]>([
    ["lets everybody in", { check: () => accept }],
    ["lets nobody in", { check: () => refusal }],
    ["names another rule", { check: (...args) => ({ ...check(...args), rule: "x" }) as never }],
    ["answers with a bare value", { check: () => true as never }],
    ["is asynchronous without saying so", { check: async (...args) => check(...args) }],
    ["explains nothing", { check: (h, c) => ({ ...check(h, c), seen: "" }) as never }],
    [
      "answers with a status that is no error",
      { check: (h, c) => ({ ...check(h, c), status: 200 }) as never },
    ],
    [
      "fails in release",
      {
        check,
        release() {
          throw new Error("unknown");
        },
      },
    ],
  ])("%s", async (_fault, guard) => {
    expect(await failures(() => guard)).not.toEqual([]);
  });

  it.each<[string, (limited: Guard) => Guard]>([
    ["never gives a place back", ({ check: ask }) => ({ check: ask })],
    ["goes below zero", () => countingBelowZero()],
  ])("counts and %s", async (_fault, spoil) => {
    const create = (): Guard => spoil(unbound(connectionLimitGuard({ max: 2, scope: "route" })));
    expect(await failures(create, limit)).not.toEqual([]);
  });
});

/** Its methods without `this`, so that a test can take one away. */
function unbound(guard: Guard): Guard {
  return {
    check: (...args) => guard.check(...args),
    release: (handshake) => guard.release?.(handshake),
  };
}

function countingBelowZero(): Guard {
  let count = 0;
  return {
    check() {
      if (count >= 2) return refuse({ rule: "limit", seen: "2", wanted: "less" });
      count += 1;
      return accept;
    },
    release() {
      count -= 1;
    },
  };
}

describe("cases of a suite", () => {
  it("are skipped by name with a reason, and the name must exist", async () => {
    const skipped: string[] = [];
    const it = Object.assign(() => {}, { skip: (name: string) => void skipped.push(name) });
    const runner: ContractRunner = { describe: (_name, body) => body(), it };
    const create = (): Broker => new MemoryBroker();
    const name = "keeps topics apart";
    describeBroker("it", create, runner, { skip: [{ reason: "one topic only", cases: [name] }] });
    expect(skipped).toEqual([`${name} (one topic only)`]);
    const skip = [{ reason: "renamed", cases: ["no such case"] }];
    expect(() => describeBroker("it", create, runner, { skip })).toThrow("no such case");
  });

  it("about several nodes run with a way to join, and find nodes that know nothing of each other", async () => {
    const failures = (join: (first: HistoryBroker) => HistoryBroker): Promise<string[]> => {
      const clock = new ManualClock();
      const advance = (ms: number): void => clock.advance(ms);
      return failuresOf((runner) => {
        describeBroker("it", () => node(clock), runner, { join, advance });
        describeHistory("it", () => node(clock), runner, { join, advance });
      });
    };
    expect(await failures((first) => new BrokerNode((first as BrokerNode).shared))).toEqual([]);
    expect(await failures(() => node(new ManualClock()))).toEqual(
      expect.arrayContaining([
        "reaches the listeners of every node once",
        "knows the idempotency keys of every node",
        "has one history for all nodes",
      ]),
    );
  });

  it("fail when a node is told of a gap that is none", async () => {
    class Frightened extends MemoryBroker {
      override async open(host: BrokerHost): Promise<void> {
        host.onGap("news");
      }
    }
    const names = await failuresOf((runner) => {
      describeHistory("it", () => new Frightened(), runner, { advance: () => {} });
    });
    expect(names).toContain("counts publications from 1 without gaps in one epoch");
  });

  it("with random calls say how to repeat them", async () => {
    class Forgetful extends MemoryBroker {
      override async history(topic: string): Promise<HistoryPage> {
        return super.history(topic, { limit: 1 });
      }
    }
    let failure: unknown;
    const skip = (): void => {};
    const it = (name: string, body: () => void | Promise<void>): void => {
      if (name === "does what a simple model does") {
        failure = (async () => body())().catch((error: Error) => error.message);
      }
    };
    const runner = { describe: (_name: string, body: () => void) => body(), it };
    const options = { runs: 5, seed: 7, advance: () => {} };
    const declare = () =>
      describeHistory(
        "it",
        () => new Forgetful(),
        { ...runner, it: Object.assign(it, { skip }) },
        options,
      );
    declare();
    const first = await failure;
    expect(first).toMatch(/Repeat with \{ runs: 1, seed: \d+ \}; the steps were:\nnode 0, /);
    declare();
    expect(withoutEpochs(await failure)).toBe(withoutEpochs(first));
  });
});

function node(clock: ManualClock): BrokerNode {
  return new BrokerNode(new MemoryBroker({ clock }));
}

/** Epochs are random, whatever the seed. */
function withoutEpochs(message: unknown): string {
  return String(message).replace(/"?epoch"?: ?['"][^'"]+['"]/g, "epoch");
}
