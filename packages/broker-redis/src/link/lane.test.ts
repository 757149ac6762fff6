import { ManualClock } from "@windlass/core/testing";
import { ErrorReply } from "redis";
import { expect, test } from "vitest";
import { type Command, Lane, type LaneHost } from "./lane.ts";
import { Pauses } from "./pauses.ts";

const timeoutMs = 1_000;

/** A server that answers as the test says. */
function setUp(answer: (text: string, attempt: number) => string) {
  const clock = new ManualClock();
  const sent: string[] = [];
  const carriedOut: string[] = [];
  const host: LaneHost = {
    clock,
    pauses: new Pauses(clock),
    commandTimeoutMs: timeoutMs,
    sendNow: async ({ args }: Command) => {
      const text = String(args[0]);
      sent.push(text);
      const reply = answer(text, sent.filter((other) => other === text).length);
      if (reply !== "OK") throw new ErrorReply(reply);
      carriedOut.push(text);
      return "OK";
    },
    settled: async () => {},
    prepare: async () => {},
  };
  const lane = new Lane("t", host);
  const add = (text: string, order: number) => {
    return lane.add({ tag: "t", args: [text] }, order, { kind: "moved" });
  };
  return { clock, lane, add, sent, carriedOut };
}

/** Lets promises settle, and time pass. */
async function rest(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed <= ms; passed += 25) {
    for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
    clock.advance(25);
  }
}

test("sends again in the order of the calls, not in that of the refusals", async () => {
  const { clock, lane, add, carriedOut } = setUp(() => "OK");
  let isEmpty = false;
  lane.onEmpty = () => {
    isEmpty = true;
  };
  const answers = [add("c", 3), add("a", 1), add("b", 2)];
  await rest(clock, 0);
  expect(await Promise.all(answers)).toEqual(["OK", "OK", "OK"]);
  expect(carriedOut).toEqual(["a", "b", "c"]);
  expect(isEmpty).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test("lets nothing overtake one that is refused again", async () => {
  const { clock, add, carriedOut } = setUp((text, attempt) => {
    return text === "a" && attempt < 4 ? "TRYAGAIN" : "OK";
  });
  const answers = [add("a", 1), add("b", 2), add("c", 3)];
  await rest(clock, 200);
  await Promise.all(answers);
  expect(carriedOut).toEqual(["a", "b", "c"]);
});

test("rejects what is not carried out within its time, and goes on with the rest", async () => {
  const { clock, add, carriedOut } = setUp((text) => (text === "a" ? "CLUSTERDOWN" : "OK"));
  const first = add("a", 1);
  const refused = expect(first).rejects.toThrow("not carried out within 1000 ms");
  await rest(clock, 500);
  const second = add("b", 2);
  await rest(clock, timeoutMs);
  await refused;
  expect(await second).toBe("OK");
  expect(carriedOut).toEqual(["b"]);
});

test("rejects what is refused for another reason", async () => {
  const { clock, add } = setUp(() => "OOM command not allowed");
  const refused = expect(add("a", 1)).rejects.toThrow("OOM");
  await rest(clock, 0);
  await refused;
  expect(clock.pendingTimers).toBe(0);
});
