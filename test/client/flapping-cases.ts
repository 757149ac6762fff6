import { check, equal, outcomes } from "./assert.ts";
import type { CaseContext, ClientCase, WatchedClient } from "./client-case.ts";
import { below, pick, seededRandom } from "./random.ts";
import type { LinkFault, Wanted } from "./stage-commands.ts";
import type { Manner } from "./stage-protocol.ts";

/** The server keeps the answers to 256 requests, so no more than these may be under way. */
const maxUnderWay = 120;

/** One failure of the link, as the seed wills. */
function fault(random: () => number): LinkFault {
  const how = pick(random, ["rst", "fin"] as const);
  const directions = pick(random, [["toServer"], ["toClient"], []] as const);
  const direction = pick(random, ["toServer", "toClient"] as const);
  switch (below(random, 6)) {
    case 0:
      return { do: "cut", how };
    case 1:
      return { do: "stall", directions };
    case 2:
      return { do: "drop", directions };
    case 3:
      return { do: "halfOpen", staysOpen: pick(random, ["client", "server"] as const), how };
    case 4:
      return { do: "cutAfter", direction, bytes: below(random, 3_000), how };
    default:
      return { do: "cutAfter", direction, bytes: below(random, 60), how };
  }
}

/** Sends numbered events and requests for as long as it is told to. */
class Pump {
  readonly promises: Promise<unknown>[] = [];
  events = 0;
  requests = 0;
  readonly #client: WatchedClient["client"];
  readonly #random: () => number;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;
  #settled = 0;
  #isOn = true;

  constructor(client: WatchedClient["client"], random: () => number) {
    this.#client = client;
    this.#random = random;
  }

  /** Resolves when it was told to stop. */
  async run(): Promise<void> {
    while (this.#isOn) {
      const room = maxUnderWay - this.#underWay;
      for (let count = below(this.#random, room); count > 0; count -= 1) this.#send();
      await this.progress(1);
    }
  }

  stop(): void {
    this.#isOn = false;
  }

  /** Resolves when so many more messages were settled. */
  async progress(count: number): Promise<void> {
    const goal = this.#settled + count;
    while (this.#settled < goal && this.#underWay > 0) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #send(): void {
    const manner = pick<Manner>(this.#random, ["sync", "sync", "async", "cancellable"]);
    const isEvent = this.#random() < 0.6;
    const promise = isEvent
      ? this.#client.send("note", { n: this.events, manner })
      : this.#client.request("count", { n: this.requests, manner }, { timeoutMs: 60_000 });
    if (isEvent) this.events += 1;
    else this.requests += 1;
    this.#underWay += 1;
    this.promises.push(promise);
    const done = (): void => {
      this.#underWay -= 1;
      this.#settled += 1;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    };
    promise.then(done, done);
  }
}

/** Breaks the link again and again; at last it is whole. */
async function flap(
  context: CaseContext,
  { client, states }: WatchedClient,
  { pump, random, faults }: { pump: Pump; random: () => number; faults: number },
): Promise<void> {
  for (let round = 1; round <= faults; round += 1) {
    const now = fault(random);
    const lost = states.all("reconnecting").length;
    // Before the fault: the client comes back faster than it can be put in its way afterwards.
    const isMet = await obstruct(context, random);
    context.step = `fault ${round} of ${faults}: ${JSON.stringify(now)}`;
    const hits = await context.stage.link(now);
    // On a busy machine a heartbeat may have failed by itself, just before the fault.
    if (hits > 0) {
      await states.nth("reconnecting", lost + 1);
      await context.stage.until(isMet);
    }
    await context.stage.link({ do: "resume" });
    if (client.state !== "open") await states.next("open");
    // Often the next fault hits before anything was repeated.
    if (random() < 0.5) await pump.progress(below(random, 30));
  }
}

/** Puts something in the way of the next attempts; how the stage looks when they have met it. */
async function obstruct(context: CaseContext, random: () => number): Promise<Wanted> {
  const { refused, accepted } = await context.stage.figures();
  const direction = pick(random, ["toServer", "toClient"] as const);
  switch (below(random, 4)) {
    case 0:
      await context.stage.link({ do: "refuse" });
      return { refused: { atLeast: refused + 1 + below(random, 2) } };
    case 1:
      await context.stage.link({ do: "hang" });
      return { accepted: { atLeast: accepted + 1 } };
    case 2:
      // In the middle of the handshake, or of the hello.
      await context.stage.link({ do: "cutNextAfter", direction, bytes: below(random, 400) });
      return { accepted: { atLeast: accepted + 1 } };
    default:
      return {};
  }
}

async function survives(context: CaseContext, seed: number, faults: number): Promise<void> {
  const random = seededRandom(seed);
  const watched = await context.open({
    reconnect: { minDelayMs: 5, maxDelayMs: 20 },
    heartbeat: { intervalMs: 30, timeoutMs: 60 },
    connectTimeoutMs: 500,
  });
  // The server keeps no session in which nothing was sent.
  await watched.client.request("double", { n: 1 });
  const pump = new Pump(watched.client, random);
  const pumping = pump.run();
  await flap(context, watched, { pump, random: seededRandom(seed + 1), faults });
  context.step = "all faults were over, and what waits should be answered";
  pump.stop();
  await pumping;
  const { events, requests } = pump;
  equal(await outcomes(pump.promises), { fulfilled: events + requests }, "outcomes");
  const { notes, counts } = await context.stage.journal();
  equal(notes.length, events, "events that took effect");
  check(
    notes.every((n, index) => n === index),
    "events took effect in another order",
  );
  equal(
    [...counts].sort((a, b) => a - b),
    Array.from({ length: requests }, (_, n) => n),
    "requests",
  );
  const results = (await Promise.all(pump.promises)).filter((result) => result !== undefined);
  equal(
    results,
    Array.from({ length: requests }, (_, n) => n),
    "results",
  );
  const { maxLive, opened } = await context.stage.figures();
  equal(maxLive, 1, "most sound connections at one time");
  const resumed = watched.states
    .all("open")
    .slice(1)
    .every((event) => event.resumed);
  check(resumed, "the session was lost on the way");
  Object.assign(context.figures, { events, requests, opened });
}

/** A link that fails in every way, again and again, under load. */
export function flappingCases(isLong: boolean): readonly ClientCase[] {
  const faults = isLong ? 100 : 20;
  const seeds = isLong ? [1, 2, 3, 4, 5, 6] : [1];
  return seeds.map((seed) => ({
    name: `delivers everything once and in order through a flapping link (seed ${seed})`,
    timeoutMs: 60_000 + faults * 2_000,
    run: (context) => survives(context, seed, faults),
  }));
}
