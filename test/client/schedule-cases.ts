import { check, equal, rejection } from "./assert.ts";
import type { CaseContext, ClientCase } from "./client-case.ts";
import { seededRandom } from "./random.ts";

const reconnect = { minDelayMs: 4, maxDelayMs: 40 };
/** Upper ends of the first eight waits: docs/reference/wire-protocol.md, "Close codes". */
const upperEndsMs = [4, 8, 16, 32, 40, 40, 40, 40];

async function endsWith(context: CaseContext, code: number, state: "closed" | "reconnecting") {
  const { client, states } = await context.open();
  await context.stage.close({ code });
  const event = await states.nth(state, 1);
  equal(event.code, code, "close code");
  equal(states.names.slice(0, 2), ["open", state], `states after ${code}`);
  if (state === "closed") {
    equal(states.names.length, 2, `states after ${code}`);
    equal((await rejection(client.opened(), "opened()")).code, "ERR_CONNECTION_CLOSED", "code");
  } else await states.nth("open", 2);
  client.close();
  await context.stage.until({ connections: 0 });
}

/** When the client comes back, and when it does not. */
export const scheduleCases: readonly ClientCase[] = [
  {
    name: "waits at random up to twice as long after each failure, within bounds",
    async run(context) {
      const random = seededRandom(4);
      const expected = seededRandom(4);
      const { states } = await context.open({ reconnect, random });
      await context.stage.link({ do: "refuse" });
      await context.stage.link({ do: "cut", how: "rst" });
      await states.nth("reconnecting", upperEndsMs.length);
      const waits = states.all("reconnecting").slice(0, upperEndsMs.length);
      equal(
        waits.map(({ delayMs }) => delayMs),
        upperEndsMs.map((endMs) => expected() * endMs),
        "announced waits in milliseconds",
      );
      equal(
        waits.map(({ attempt }) => attempt),
        upperEndsMs.map((_, index) => index + 1),
        "attempts",
      );
      await context.stage.link({ do: "resume" });
      await states.nth("open", 2);
    },
  },
  {
    name: "begins its schedule anew after a connection that did its work",
    async run(context) {
      const { client, states } = await context.open({ reconnect });
      await context.stage.link({ do: "refuse" });
      await context.stage.link({ do: "cut", how: "rst" });
      await states.nth("reconnecting", 3);
      await context.stage.link({ do: "resume" });
      await states.nth("open", 2);
      const before = states.all("reconnecting").length;
      equal(await client.request("double", { n: 1 }), 2, "a request");
      await context.stage.link({ do: "cut", how: "rst" });
      const { attempt } = await states.nth("reconnecting", before + 1);
      equal(attempt, 1, "number of the attempt after work was done");
    },
  },
  {
    name: "goes on with its schedule after connections that end at once",
    async run(context) {
      const { states } = await context.open({ reconnect });
      for (const number of [1, 2, 3]) {
        await context.stage.link({ do: "cut", how: "rst" });
        equal((await states.nth("reconnecting", number)).attempt, number, "attempt");
        await states.nth("open", number + 1);
      }
    },
  },
  {
    name: "closes for good after as many attempts as it may make",
    async run(context) {
      const { client, states } = await context.open({
        reconnect: { ...reconnect, maxAttempts: 3 },
      });
      await context.stage.link({ do: "refuse" });
      await context.stage.link({ do: "cut", how: "rst" });
      const { code } = await states.nth("closed", 1);
      equal(code, 1006, "close code");
      equal(states.all("reconnecting").length, 3, "attempts");
      equal((await context.stage.figures()).refused, 3, "connections that the proxy refused");
      const sent = await rejection(client.request("double", { n: 1 }), "a request");
      equal(sent.code, "ERR_CONNECTION_CLOSED", "code of a request");
    },
  },
  {
    name: "stays closed after the close codes 1000 and 4500 to 4999",
    async run(context) {
      for (const code of [1000, 4500, 4501, 4502, 4742, 4999])
        await endsWith(context, code, "closed");
    },
  },
  {
    name: "comes back after other close codes",
    async run(context) {
      for (const code of [1001, 1008, 1011, 1012, 1013, 3000, 4000, 4002, 4499]) {
        await endsWith(context, code, "reconnecting");
      }
    },
  },
  {
    name: "comes back when the server said, not earlier",
    async run(context) {
      const retryAfterMs = 300;
      const { states } = await context.open({ reconnect });
      await context.stage.close({ code: 1012, retryAfterMs });
      const { delayMs } = await states.nth("reconnecting", 1);
      const startedAtMs = performance.now();
      equal(delayMs, retryAfterMs, "announced wait");
      await states.nth("connecting", 1);
      const waitedMs = performance.now() - startedAtMs;
      // Timers of some runtimes fire up to a millisecond early.
      check(waitedMs >= retryAfterMs - 5, `it came back after ${waitedMs} ms`);
      await states.nth("open", 2);
      // The word of the server holds once.
      await context.stage.link({ do: "cut", how: "rst" });
      const second = await states.nth("reconnecting", 2);
      check(second.delayMs <= 8, `the second wait is ${second.delayMs} ms`);
    },
  },
];
