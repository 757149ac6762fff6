import type { RecoveryOutcome, SubscribeOptions } from "@windlass/client";
import { presence } from "@windlass/client/presence";
import { equal, rejection } from "./assert.ts";
import type { CaseContext, ClientCase, WatchedClient } from "./client-case.ts";

const numbers = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Values that come one after the other, and who waits for some of them. */
class Heard<Value> {
  readonly values: Value[] = [];
  #wake = (): void => {};

  readonly take = (value: Value): void => {
    this.values.push(value);
    this.#wake();
  };

  /** Resolves when the values fit. */
  async until(fits: (values: readonly Value[]) => boolean): Promise<void> {
    while (!fits(this.values)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A client's subscription to a feed: its numbers, and what became of those that it missed. */
function follow({ client }: WatchedClient, feed: string, options: SubscribeOptions = {}) {
  const items = new Heard<number>();
  const outcomes = new Heard<RecoveryOutcome>();
  const subscription = client.subscribe(
    "feed/:name",
    { name: feed },
    { item: ({ n }) => items.take(n) },
    { onRecovered: outcomes.take, ...options },
  );
  return { items, outcomes, subscription };
}

/** A feed goes on while its subscriber is cut off again and again. */
async function recoversThroughCuts(context: CaseContext, path: string): Promise<void> {
  const last = context.isLong ? 5_000 : 600;
  const watched = await context.open({ path });
  const { items, outcomes, subscription } = follow(watched, "a");
  await subscription.ready;
  await context.stage.publishItems({ feed: "a", first: 1, last: 1 });
  await items.until(({ length }) => length > 0);
  let isPublishing = true;
  const publishing = context.stage.publishItems({ feed: "a", first: 2, last }).finally(() => {
    isPublishing = false;
  });
  for (let cuts = 0; isPublishing; cuts += 1) {
    await context.stage.link({ do: "cut", how: cuts % 2 === 0 ? "rst" : "fin" });
    await outcomes.until(({ length }) => length > cuts);
  }
  await publishing;
  await items.until((values) => values.at(-1) === last);
  equal(items.values, numbers(1, last), "items");
  equal(
    outcomes.values.filter(({ recovered }) => !recovered),
    [],
    "losses",
  );
  equal(watched.errors, [], "errors");
  context.figures["cuts"] = outcomes.values.length;
}

/** Topics that keep what is published, and know who is there. */
export const topicCases: readonly ClientCase[] = [
  {
    name: "gets everything once and in order though it is cut off again and again",
    run: (context) => recoversThroughCuts(context, "/stage"),
  },
  {
    name: "gets everything once and in order also where the server subscribes by itself",
    run: (context) => recoversThroughCuts(context, "/stage?feed=a"),
  },
  {
    name: "is told that it has missed something when the server was restarted, and goes on",
    async run(context) {
      const { items, outcomes, subscription } = follow(await context.open(), "a");
      await subscription.ready;
      await context.stage.publishItems({ feed: "a", first: 1, last: 3 });
      await items.until(({ length }) => length === 3);
      await context.stage.restart("crash");
      await outcomes.until(({ length }) => length > 0);
      equal(outcomes.values, [{ recovered: false, gap: "expired" }], "outcome");
      await context.stage.publishItems({ feed: "a", first: 4, last: 5 });
      await items.until(({ length }) => length === 5);
      equal(items.values, numbers(1, 5), "items");
    },
  },
  {
    name: "goes on from a position that another client had",
    async run(context) {
      const first = await context.open();
      const before = follow(first, "a");
      await before.subscription.ready;
      await context.stage.publishItems({ feed: "a", first: 1, last: 2 });
      await before.items.until(({ length }) => length === 2);
      const { position } = before.subscription;
      first.client.close();
      await context.stage.publishItems({ feed: "a", first: 3, last: 5 });
      const { items, outcomes } = follow(await context.open(), "a", { since: position });
      await outcomes.until(({ length }) => length > 0);
      equal(items.values, [3, 4, 5], "items");
      equal(outcomes.values, [{ recovered: true }], "outcome");
    },
  },
  {
    name: "publishes each item once though the answers were lost",
    async run(context) {
      const watched = await context.open();
      const { subscription } = follow(watched, "a");
      await subscription.ready;
      await subscription.publish("item", { n: 1 });
      await context.stage.link({ do: "drop", directions: ["toClient"] });
      const published = numbers(2, 20).map((n) => subscription.publish("item", { n }));
      // Behind them, so that it is done when they are.
      void watched.client.send("note", { n: 0, manner: "sync" });
      await context.stage.until({ notes: 1 });
      await context.stage.link({ do: "cut", how: "rst" });
      const offsets = (await Promise.all(published)).map((position) => position?.offset);
      equal(offsets, numbers(2, 20), "offsets");
      const epoch = subscription.position?.epoch ?? "";
      const all = follow(await context.open(), "a", { since: { epoch, offset: 0 } });
      await all.outcomes.until(({ length }) => length > 0);
      equal(all.items.values, numbers(1, 20), "items of the history");
    },
  },
  {
    name: "may publish only where the server says so",
    async run(context) {
      const { client } = await context.open();
      const room = client.subscribe("room/:name", { name: "a" }, {});
      const refused = await rejection(room.publish("joined", { who: "anna" }), "publish");
      equal(refused.code, "ERR_PUBLISH_REFUSED", "code");
    },
  },
  {
    name: "knows who is there, who has come and who has gone, also after a cut",
    async run(context) {
      const enter = async (nick: string) => {
        const { client } = await context.open({ path: `/stage?nick=${nick}` });
        return { client, hall: client.subscribe("hall/:name", { name: "a" }, {}) };
      };
      const nicks = (list: readonly { readonly data: { readonly nick: string } }[]): string =>
        list.map(({ data }) => data.nick).join(" ");
      const { hall } = await enter("anna");
      const seen = new Heard<string>();
      const untilThere = (all: string) => seen.until((values) => values.at(-1) === all);
      presence(hall).onChange(({ members }) => seen.take(nicks(members)));
      await untilThere("anna");
      const ben = await enter("ben");
      await untilThere("anna ben");
      equal(nicks(await presence(ben.hall).members()), "anna ben", "members");
      const carla = await enter("carla");
      await untilThere("anna ben carla");
      carla.client.close();
      await untilThere("anna ben");
      await context.stage.link({ do: "cut", how: "rst" });
      await seen.until((values) => {
        const there = values.at(-1)?.split(" ").sort().join(" ");
        return values.length > 4 && there === "anna ben";
      });
    },
  },
];
