import { describe, expect, it } from "vitest";
import type { Position, Publication } from "../contract/publication.ts";
import { dataOf, kept, positionsOf, settle, stage } from "./hub-stage.test-helper.ts";
import { MemoryBroker } from "./memory-broker.ts";

describe("a topic without history", () => {
  it("is delivered within the call, as it is", async () => {
    const { hub, audience } = stage(undefined);
    const heard = audience.enter("t");
    const bytes = Uint8Array.of(1);
    const published = hub.publish("t", bytes, { attributes: { event: "e" } });
    expect(heard).toEqual([{ topic: "t", data: bytes, attributes: { event: "e" } }]);
    expect(heard[0]?.data).toBe(bytes);
    expect(await published).toEqual({ isDuplicate: false, hasSubscribers: true });
    expect(await hub.publish("other", "x")).toEqual({ isDuplicate: false, hasSubscribers: false });
  });

  it("is published once with an idempotency key", async () => {
    const { hub, audience } = stage(undefined);
    const heard = audience.enter("t");
    hub.retain("t");
    const idempotency = { key: "k", windowMs: 1_000 };
    expect(await hub.publish("t", "1", { idempotency })).toMatchObject({ isDuplicate: false });
    expect(await hub.publish("t", "1", { idempotency })).toMatchObject({ isDuplicate: true });
    expect(dataOf(heard)).toEqual(["1"]);
  });

  it("goes through the broker between nodes, and names who is left out", async () => {
    const broker = new MemoryBroker();
    const one = stage(undefined, broker, true);
    const two = stage(undefined, broker, true);
    one.hub.retain("t");
    two.hub.retain("t");
    const [here, there] = [one.audience.enter("t"), two.audience.enter("t")];
    const except = { id: "one-1" } as never;
    await one.hub.publish("t", "x", { except, attributes: { exclude: ["two-2"] } });
    const exclude = ["two-2", "one-1"];
    expect(here).toEqual([{ topic: "t", data: "x", attributes: { exclude } }]);
    expect(there).toEqual(here);
  });
});

describe("keeping", () => {
  it("numbers publications, also of topics that nobody listens to", async () => {
    const { hub, audience } = stage(kept);
    const first = await hub.publish("t", "1");
    expect(first).toMatchObject({ position: { offset: 1 }, hasSubscribers: false });
    hub.retain("t");
    const heard = audience.enter("t");
    await hub.publish("t", "2");
    expect(positionsOf(heard)).toEqual([{ epoch: first.position?.epoch, offset: 2 }]);
    expect((await hub.history("t")).publications).toHaveLength(2);
  });

  it("recovers what came after a position, and says where the topic stands", async () => {
    const { hub } = stage(kept);
    const { position: since } = await hub.publish("t", "1");
    await hub.publish("t", "2");
    hub.retain("t");
    await hub.recover("t", since, ({ publications, position, gap }) => {
      expect(dataOf(publications)).toEqual(["2"]);
      expect({ position, gap }).toEqual({ position: { ...since, offset: 2 }, gap: undefined });
    });
    expect.assertions(2);
  });

  it.each([
    ["another epoch", { epoch: "other", offset: 1 }, "epoch"],
    ["a position that was not reached", { offset: 9 }, "ahead"],
    ["more than may be recovered", { offset: 0 }, "limit"],
  ])("says why it cannot recover: %s", async (_, difference, gap) => {
    const { hub } = stage(kept);
    let position: Position | undefined;
    for (let i = 0; i < 6; i += 1) position = (await hub.publish("t", `${i}`)).position;
    hub.retain("t");
    const since = { epoch: "", ...position, ...difference };
    await hub.recover("t", since, (recovery) =>
      expect(recovery).toEqual({ publications: [], position, gap }),
    );
    expect.assertions(1);
  });

  it("has nothing to recover where nothing is kept", () => {
    const { hub } = stage(undefined);
    const since = { epoch: "e", offset: 1 };
    const entered: unknown[] = [];
    hub.retain("t");
    void hub.recover("t", since, (recovery) => entered.push(recovery));
    return settle().then(() =>
      expect(entered).toEqual([{ publications: [], position: undefined, gap: "expired" }]),
    );
  });

  it("gives the newest value to who comes, unless they have it", async () => {
    const { hub } = stage({ ...kept, isLastValue: true });
    await hub.publish("t", "old");
    const { position } = await hub.publish("t", "new");
    hub.retain("t");
    const seen: unknown[] = [];
    const enter = (recovery: { readonly publications: readonly Publication[] }): void => {
      seen.push(dataOf(recovery.publications));
    };
    await hub.recover("t", undefined, enter);
    await hub.recover("t", { epoch: "other", offset: 7 }, enter);
    await hub.recover("t", position, enter);
    expect(seen).toEqual([["new"], ["new"], []]);
  });
});

describe("listeners of the node", () => {
  it("hear what is published until they are gone", async () => {
    const { hub } = stage(undefined);
    const heard: Publication[] = [];
    const listener = (publication: Publication): void => void heard.push(publication);
    await hub.listen("$own", listener);
    await hub.publish("$own", "1");
    await hub.unlisten("$own", listener);
    await hub.publish("$own", "2");
    expect(dataOf(heard)).toEqual(["1"]);
    expect(hub.topicCount).toBe(0);
  });
});

it("forgets topics that nobody wants: a million come and go", async () => {
  const broker = new MemoryBroker();
  const { hub } = stage(undefined, broker);
  const count = process.env["WINDLASS_TEST_LONG"] === undefined ? 100_000 : 1_000_000;
  for (let i = 0; i < count; i += 1) {
    hub.retain(`room/${i}`);
    hub.release(`room/${i}`);
    if (i % 10_000 === 0) await settle();
  }
  await settle();
  expect(hub.topicCount).toBe(0);
  expect(broker.topicCount).toBe(0);
});
