import { check, equal, outcomes } from "./assert.ts";
import type { CaseContext, ClientCase, WatchedClient } from "./client-case.ts";
import type { AskOrder } from "./stage-commands.ts";

/** At one time, over one connection. */
const many = 10_000;
/** Long enough for all of them on a busy machine. */
const patienceMs = 30_000;
/** Watching all of them in memory would take most of the time. */
const watchedEach = 10;
/** The collector may keep a few objects that a register or a stack still mentions. */
const strayObjects = 20;

/**
 * Asks many times at once; how it ended. Afterwards nobody holds a promise, or the signal that some of
 * them were given, unless a request still does.
 */
async function askMany(
  context: CaseContext,
  ask: (n: number, signal?: AbortSignal) => Promise<unknown>,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<Readonly<Record<string, number>>> {
  const asked = Array.from({ length: many }, (_, n) => {
    if (n % watchedEach !== 0) return ask(n);
    const { signal } = new AbortController();
    return context.track(ask(n, context.track(signal)));
  });
  const ended = outcomes(asked);
  await meanwhile();
  return await ended;
}

/** Fails when what was asked is still in anybody's memory. */
async function nothingIsLeft(context: CaseContext): Promise<void> {
  context.step = "all requests were settled, and memory should be free of them";
  const { client, server } = await context.leftovers();
  check(client <= strayObjects, `${client} of the watched objects are still held by the client`);
  check(server <= strayObjects, `${server} of the watched objects are still held by the server`);
}

/** How many doubled right, and how many failed with which code. */
async function doubleMany(context: CaseContext, { client }: WatchedClient) {
  return await askMany(context, async (n, signal) => {
    const options = { timeoutMs: patienceMs, ...(signal && { signal }) };
    const result = await client.request("double", { n }, options);
    if (result !== 2 * n) throw new Error("wrong");
  });
}

/** Asks the client many times; handlers that hold are counted when their signals abort. */
async function askClient(
  context: CaseContext,
  order: AskOrder,
  meanwhile: (watched: WatchedClient) => Promise<void> = async () => {},
) {
  let [held, aborted] = [0, 0];
  let allHeld = (): void => {};
  const isHolding = new Promise<void>((resolve) => {
    allHeld = resolve;
  });
  const watched = await context.open({
    handlers: {
      hold: (_data, { signal }) => {
        if (held % watchedEach === 0) context.track(signal);
        signal.addEventListener("abort", () => {
          aborted += 1;
        });
        held += 1;
        if (held === order.count) allHeld();
        return new Promise<null>(() => {});
      },
    },
  });
  const outcome = context.stage.ask(order);
  if (order.name === "hold") await isHolding;
  await meanwhile(watched);
  return { outcome: await outcome, aborted: () => aborted, watched };
}

const atOnce = `${many.toLocaleString("en")} requests at once`;
const ofServer = `${many.toLocaleString("en")} requests of the server`;

/** Many requests, in both directions. */
export const requestCases: readonly ClientCase[] = [
  {
    name: `gets the right answer to each of ${atOnce}`,
    timeoutMs: patienceMs,
    async run(context) {
      const watched = await context.open();
      const startedAtMs = performance.now();
      equal(await doubleMany(context, watched), { fulfilled: many }, "outcomes");
      context.figures["answeredInMs"] = Math.round(performance.now() - startedAtMs);
      const { made, messages } = watched.sockets;
      // The welcome, and one answer to each.
      equal({ made, messages }, { made: 1, messages: 1 + many }, "sockets and what came over them");
      await nothingIsLeft(context);
    },
  },
  {
    name: `gives up ${atOnce} that are never answered, and so does the server`,
    timeoutMs: patienceMs,
    async run(context) {
      const { client } = await context.open();
      const ask = (n: number, signal?: AbortSignal) =>
        client.request("never", { n }, { timeoutMs: 500, ...(signal && { signal }) });
      equal(await askMany(context, ask), { ERR_REQUEST_TIMEOUT: many }, "outcomes");
      await context.stage.until({ waiting: 0, givenUp: many });
      equal(await client.request("double", { n: 1 }), 2, "a later request");
      await nothingIsLeft(context);
    },
  },
  {
    name: `settles each of ${atOnce} when the connection is cut meanwhile`,
    timeoutMs: patienceMs,
    async run(context) {
      const watched = await context.open();
      const bytes = 100_003;
      await context.stage.link({ do: "cutAfter", direction: "toClient", bytes, how: "fin" });
      const counts = await doubleMany(context, watched);
      const { fulfilled = 0, ERR_REPLY_LOST: lost = 0 } = counts;
      equal(counts, { fulfilled, ...(lost > 0 && { ERR_REPLY_LOST: lost }) }, "outcomes");
      equal(fulfilled + lost, many, "settled requests");
      check(fulfilled >= 2_000, `only ${fulfilled} were answered, though more answers came`);
      equal(
        watched.states.all("open").map(({ resumed }) => resumed),
        [false, true],
        "resumed",
      );
      context.figures["lostReplies"] = lost;
      await nothingIsLeft(context);
    },
  },
  {
    name: `rejects each of ${atOnce} when it is closed meanwhile`,
    timeoutMs: patienceMs,
    async run(context) {
      const { client } = await context.open();
      const ask = (n: number, signal?: AbortSignal) =>
        client.request("never", { n }, { timeoutMs: patienceMs, ...(signal && { signal }) });
      const counts = await askMany(context, ask, async () => {
        await context.stage.until({ waiting: many });
        client.close();
      });
      equal(counts, { ERR_CONNECTION_CLOSED: many }, "outcomes");
      await context.stage.until({ waiting: 0, givenUp: many });
      await nothingIsLeft(context);
    },
  },
  {
    name: `answers each of ${ofServer}`,
    timeoutMs: patienceMs,
    async run(context) {
      const { outcome } = await askClient(context, {
        name: "triple",
        count: many,
        timeoutMs: patienceMs,
      });
      equal(outcome, { right: many, wrong: 0, codes: {} }, "outcomes at the server");
      await nothingIsLeft(context);
    },
  },
  {
    name: `gives up ${ofServer} when the server does not wait any more`,
    timeoutMs: patienceMs,
    async run(context) {
      const { outcome, aborted, watched } = await askClient(context, {
        name: "hold",
        count: many,
        timeoutMs: 500,
      });
      const codes = { ERR_REQUEST_TIMEOUT: many };
      equal(outcome, { right: 0, wrong: 0, codes }, "outcomes at the server");
      // The cancellations are on their way before the answer to this one.
      await watched.client.request("double", { n: 1 });
      equal(aborted(), many, "aborted handlers");
      await nothingIsLeft(context);
    },
  },
  {
    name: "gives up requests of the server when the connection is cut",
    timeoutMs: patienceMs,
    async run(context) {
      const order = { name: "hold", count: 1_000, timeoutMs: patienceMs } as const;
      const { outcome, aborted, watched } = await askClient(context, order, async ({ states }) => {
        await context.stage.link({ do: "cut", how: "rst" });
        await states.nth("reconnecting", 1);
      });
      const codes = { ERR_CONNECTION_CLOSED: 1_000 };
      equal(outcome, { right: 0, wrong: 0, codes }, "outcomes at the server");
      equal(aborted(), 1_000, "aborted handlers");
      await watched.states.nth("open", 2);
      await nothingIsLeft(context);
    },
  },
  {
    name: `gives up ${ofServer} when it is closed`,
    timeoutMs: patienceMs,
    async run(context) {
      const order = { name: "hold", count: many, timeoutMs: patienceMs } as const;
      const { outcome, aborted } = await askClient(context, order, async ({ client }) => {
        client.close();
      });
      const codes = { ERR_CONNECTION_CLOSED: many };
      equal(outcome, { right: 0, wrong: 0, codes }, "outcomes at the server");
      equal(aborted(), many, "aborted handlers");
      await nothingIsLeft(context);
    },
  },
];
