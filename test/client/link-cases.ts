import { check, equal, rejection } from "./assert.ts";
import type { CaseContext, ClientCase } from "./client-case.ts";
import type { LinkFault } from "./stage-commands.ts";

/** Short, so that nothing has to be waited for; no test measures them. */
const heartbeat = { intervalMs: 80, timeoutMs: 120 };
/** What a busy machine may add. */
const slackMs = 3_000;

/** A link that says nothing is noticed, and the client comes back in time. */
async function noticesDeadLink(context: CaseContext, fault: LinkFault): Promise<void> {
  const { client, states } = await context.open({ heartbeat });
  const startedAtMs = performance.now();
  await context.stage.link(fault);
  const { cause, code } = await states.nth("reconnecting", 1);
  const noticedInMs = Math.round(performance.now() - startedAtMs);
  context.figures["noticedInMs"] = noticedInMs;
  equal(code, 1006, "close code");
  equal((cause as { code?: unknown }).code, "ERR_LINK_DEAD", "cause");
  const boundMs = heartbeat.intervalMs + heartbeat.timeoutMs + slackMs;
  check(noticedInMs <= boundMs, `it took ${noticedInMs} ms; wanted at most ${boundMs}`);
  await states.nth("open", 2);
  equal(await client.request("double", { n: 4 }), 8, "a request after that");
}

const deadLinks: readonly (readonly [string, LinkFault])[] = [
  ["stalls in both directions", { do: "stall", directions: [] }],
  ["stalls on the way to the server", { do: "stall", directions: ["toServer"] }],
  ["stalls on the way to the client", { do: "stall", directions: ["toClient"] }],
  ["loses what the client sends", { do: "drop", directions: ["toServer"] }],
  ["loses what the server sends", { do: "drop", directions: ["toClient"] }],
  ["was ended at the server only", { do: "halfOpen", staysOpen: "client", how: "rst" }],
];

/** Links that fail without a word. */
export const linkCases: readonly ClientCase[] = [
  ...deadLinks.map(([what, fault]) => ({
    name: `notices by its heartbeat that the link ${what}`,
    run: (context: CaseContext) => noticesDeadLink(context, fault),
  })),
  {
    name: "keeps a silent link as long as its pings are answered",
    async run(context) {
      const { states } = await context.open({
        path: "/fake",
        heartbeat: { intervalMs: 10, timeoutMs: 5_000 },
      });
      // The hello, and pings without number; the server answers them and says nothing else.
      await context.stage.until({ fakeFrames: { atLeast: 20 } });
      const [, ...frames] = (await context.stage.fakeReceived()).map(
        (text) => JSON.parse(text).type,
      );
      equal([...new Set(frames)], ["ping"], "kinds of frames after the hello");
      equal(states.names, ["open"], "states");
    },
  },
  {
    name: "gives up an attempt that hangs, and makes another one",
    async run(context) {
      await context.stage.link({ do: "hang" });
      const { states } = context.connect({ connectTimeoutMs: 100 });
      const { cause } = await states.nth("reconnecting", 1);
      equal((cause as { code?: unknown }).code, "ERR_CONNECT_TIMEOUT", "cause");
      await states.nth("reconnecting", 2);
      await context.stage.link({ do: "resume" });
      await states.nth("open", 1);
    },
  },
  {
    name: "takes its session over from a connection that the server still believes in",
    async run(context) {
      const { client, states } = await context.open();
      await context.stage.link({ do: "halfOpen", staysOpen: "server", how: "rst" });
      const { resumed } = await states.nth("open", 2);
      equal(resumed, true, "resumed");
      await context.stage.until({ opened: 2, connections: 1 });
      equal(await client.request("double", { n: 5 }), 10, "a request after that");
      equal(states.all("open").length, 2, "connections");
    },
  },
  {
    name: "gives a request up at the server when its signal aborts",
    async run(context) {
      const { client } = await context.open();
      const controller = new AbortController();
      const asked = client.request("never", { n: 1 }, { signal: controller.signal });
      await context.stage.until({ waiting: 1 });
      controller.abort(new Error("changed my mind"));
      const error = await rejection(asked, "an aborted request");
      equal(error.code, "ERR_CANCELLED", "code");
      await context.stage.until({ waiting: 0, givenUp: 1 });
      equal(await client.request("double", { n: 6 }), 12, "a request after that");
    },
  },
  {
    name: "gives a request up at the server when it is closed",
    async run(context) {
      const { client } = await context.open();
      const asked = client.request("never", { n: 1 });
      await context.stage.until({ waiting: 1 });
      client.close();
      equal((await rejection(asked, "a request")).code, "ERR_CONNECTION_CLOSED", "code");
      await context.stage.until({ waiting: 0, givenUp: 1 });
      const late = await rejection(client.request("double", { n: 1 }), "a request after close()");
      equal(late.code, "ERR_CONNECTION_CLOSED", "code of a request after close()");
    },
  },
];
