import { beforeEach, describe, expect, it } from "vitest";
import type { Client } from "../client.ts";
import { ManualClock } from "../manual-clock.test-helper.ts";
import { decodeLatencies } from "../worker-share.test-helper.ts";
import { Storm, type StormOptions } from "./storm.ts";

let log: string[];
let clock: ManualClock;

beforeEach(() => {
  log = [];
  clock = new ManualClock();
});

function fakeClient(index: number): Client {
  const client = { index, destroy: () => log.push(`destroy ${index}`) };
  return client as Partial<Client> as Client;
}

const clients = [0, 1, 2].map(fakeClient);
const [a, b, c] = clients as [Client, Client, Client];

/** Random numbers are given in turn, then 1. */
function storm(changes: Partial<StormOptions>, randoms: readonly number[] = []): Storm {
  const left = [...randoms];
  const options: StormOptions = {
    clients,
    jitterMs: 0,
    backOffCapMs: 1_000,
    giveUpAfterMs: 5_000,
    random: () => left.shift() ?? 1,
    connect: ({ index }) => log.push(`connect ${index}`),
    clock,
    ...changes,
  };
  const made = new Storm(options);
  made.begin();
  return made;
}

describe("Storm", () => {
  it("drops all before the first comes back", () => {
    storm({});
    expect(log).toEqual(
      ["destroy", "connect"].flatMap((what) => [0, 1, 2].map((index) => `${what} ${index}`)),
    );
  });

  it("lets each client wait its random part of the jitter", () => {
    storm({ jitterMs: 1_000 }, [0.5, 0, 0.2]);
    expect(log.slice(3)).toEqual(["connect 1"]);
    clock.pass(200);
    expect(log.slice(3)).toEqual(["connect 1", "connect 2"]);
    clock.pass(300);
    expect(log.slice(3)).toEqual(["connect 1", "connect 2", "connect 0"]);
  });

  it("tells when each was back, counted from the drop", async () => {
    const test = storm({ jitterMs: 1_000 }, [0, 0.1, 0.2]);
    clock.pass(50);
    test.ready(a);
    clock.pass(200);
    test.ready(b);
    test.ready(c);
    const result = await test.done;
    expect(result).toMatchObject({ dropped: 3, reconnected: 3, attempts: 3, failedAttempts: 0 });
    expect(result.recoveryMs).toBe(250);
    expect(result.per100Ms).toEqual([1, 0, 2]);
    const { count, maxUs, meanUs } = decodeLatencies(result.latencies) ?? {};
    expect(count).toBe(3);
    expect(maxUs).toBeCloseTo(250_000, -3);
    expect(meanUs).toBeCloseTo(550_000 / 3, -3);
  });

  it("repeats failed attempts after longer and longer random delays", async () => {
    const test = storm({ clients: [a], backOffCapMs: 150 }, [0, 0.5, 1, 1]);
    log.splice(0);
    for (const delayMs of [50, 150, 150]) {
      test.failed(a);
      clock.pass(delayMs - 1);
      expect(log).toEqual([]);
      clock.pass(1);
      expect(log.splice(0)).toEqual(["connect 0"]);
    }
    test.ready(a);
    expect(await test.done).toMatchObject({
      reconnected: 1,
      attempts: 4,
      failedAttempts: 3,
      recoveryMs: 350,
    });
  });

  it("lets a client give up whose attempt fails too late", async () => {
    const test = storm({ clients: [a, b], giveUpAfterMs: 300 });
    test.ready(b);
    test.failed(a);
    clock.pass(299);
    test.failed(a);
    clock.pass(1);
    test.failed(a);
    expect(await test.done).toMatchObject({ dropped: 2, reconnected: 1, failedAttempts: 3 });
  });

  it("takes no notice of those that are back or were not in it", async () => {
    const test = storm({ clients: [a, b] });
    test.ready(a);
    test.ready(a);
    test.failed(a);
    test.ready(c);
    test.ready(b);
    expect(await test.done).toMatchObject({ reconnected: 2, failedAttempts: 0 });
  });

  it("is over at once without clients", async () => {
    const result = await storm({ clients: [] }).done;
    expect(result).toMatchObject({ dropped: 0, reconnected: 0, recoveryMs: 0, latencies: "" });
  });

  it("lets nobody come back after it was cancelled", () => {
    storm({ jitterMs: 1_000 }).cancel();
    clock.pass(10_000);
    expect(log.filter((line) => line.startsWith("connect"))).toEqual([]);
  });
});
