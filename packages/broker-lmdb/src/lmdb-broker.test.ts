import type { Publication } from "@windlass/core";
import { RecordingLogger } from "@windlass/core/testing";
import { expect, it } from "vitest";
import { keep, openBroker, textsOf } from "./open-broker.test-helper.ts";

const history = keep();

it("delivers what is kept when it is on the disk, and what is not kept at once", async () => {
  const broker = await openBroker();
  const heard: string[] = [];
  await broker.subscribe("kept", ({ data }) => heard.push(String(data)));
  await broker.subscribe("loose", ({ data }) => heard.push(String(data)));
  const publishing = broker.publish({ topic: "kept", data: "a" }, { history });
  expect(heard).toEqual([]);
  const loose = broker.publish({ topic: "loose", data: "b" });
  expect(heard).toEqual(["b"]);
  await publishing;
  expect(heard).toEqual(["b", "a"]);
  await loose;
  expect(broker.recordCount).toBe(3);
});

it("keeps nothing of topics without history", async () => {
  const broker = await openBroker();
  const idempotency = { key: "key", windowMs: 1_000 };
  await broker.publish({ topic: "loose", data: "a" }, { idempotency });
  await broker.publish({ topic: "loose", data: "b" });
  expect(broker.recordCount).toBe(0);
});

it("delivers what is not kept behind what is on its way to the disk", async () => {
  const broker = await openBroker();
  const heard: string[] = [];
  await broker.subscribe("news", ({ data }) => heard.push(String(data)));
  const publish = (data: string, isKept: boolean) =>
    broker.publish({ topic: "news", data }, isKept ? { history } : {});
  const receipts = await Promise.all([
    publish("1", true),
    publish("2", false),
    publish("3", true),
    publish("4", false),
  ]);
  expect(heard).toEqual(["1", "2", "3", "4"]);
  const offsets = receipts.map(({ position }) => position?.offset);
  expect(offsets).toEqual([1, undefined, 2, undefined]);
});

it("lets all listeners see the order in which a listener publishes", async () => {
  const broker = await openBroker();
  const heard: string[] = [];
  const publishing: Promise<unknown>[] = [];
  await broker.subscribe("news", ({ data }) => {
    heard.push(`first ${String(data)}`);
    if (data !== "1") return;
    publishing.push(broker.publish({ topic: "news", data: "2" }));
    publishing.push(broker.publish({ topic: "news", data: "3" }, { history }));
  });
  await broker.subscribe("news", ({ data }) => heard.push(`second ${String(data)}`));
  await broker.publish({ topic: "news", data: "1" }, { history });
  await Promise.all(publishing);
  const wanted = ["1", "2", "3"].flatMap((data) => [`first ${data}`, `second ${data}`]);
  expect(heard).toEqual(wanted);
});

it("lets who subscribes hear exactly what comes after the position", async () => {
  const broker = await openBroker();
  const heard: Publication[] = [];
  const before = [
    broker.publish({ topic: "news", data: "1" }, { history }),
    broker.publish({ topic: "news", data: "2" }, { history }),
    broker.publish({ topic: "news", data: "loose before" }),
  ];
  const subscribing = broker.subscribe("news", (publication) => heard.push(publication));
  const after = [
    broker.publish({ topic: "news", data: "loose after" }),
    broker.publish({ topic: "news", data: "3" }, { history }),
  ];
  expect((await subscribing)?.offset).toBe(2);
  await Promise.all([...before, ...after]);
  expect(textsOf(heard)).toEqual(["loose after", "3"]);
});

it("does not call who has unsubscribed before its subscription had its turn", async () => {
  const broker = await openBroker();
  const heard: Publication[] = [];
  const listener = (publication: Publication) => heard.push(publication);
  const first = broker.publish({ topic: "news", data: "1" }, { history });
  const subscribing = broker.subscribe("news", listener);
  const second = broker.publish({ topic: "news", data: "2" }, { history });
  await broker.unsubscribe("news", listener);
  await Promise.all([first, subscribing, second]);
  await broker.publish({ topic: "news", data: "3" }, { history });
  expect(heard).toEqual([]);
  expect(broker.topicCount).toBe(0);
});

it("does not call a listener that another one has removed meanwhile", async () => {
  const broker = await openBroker();
  const heard: string[] = [];
  const second = () => heard.push("second");
  await broker.subscribe("news", () => {
    heard.push("first");
    void broker.unsubscribe("news", second);
  });
  await broker.subscribe("news", second);
  await broker.publish({ topic: "news", data: "a" }, { history });
  expect(heard).toEqual(["first"]);
});

it("goes on when listeners fail, and logs it", async () => {
  const log = new RecordingLogger();
  const broker = await openBroker({}, log);
  const heard: string[] = [];
  await broker.subscribe("news", () => {
    throw new Error("at once");
  });
  await broker.subscribe("news", async () => {
    throw new Error("later");
  });
  await broker.subscribe("news", ({ data }) => heard.push(String(data)));
  await broker.publish({ topic: "news", data: "a" }, { history });
  await broker.publish({ topic: "news", data: "b" }, { history });
  expect(heard).toEqual(["a", "b"]);
  const errors = log.lines.filter(({ level }) => level === "error");
  const message = "a listener of the broker failed";
  expect(errors.map((line) => [line.message, line.fields["topic"]])).toEqual(
    Array.from({ length: 4 }, () => [message, "news"]),
  );
});

it("remembers one idempotency key for publications of the same turn, and after a forget", async () => {
  const broker = await openBroker();
  const policy = { history, idempotency: { key: "key", windowMs: 60_000 } };
  const publish = () => broker.publish({ topic: "news", data: "a" }, policy);
  const receipts = await Promise.all([publish(), publish(), publish()]);
  expect(receipts.map(({ isDuplicate }) => isDuplicate)).toEqual([false, true, true]);
  expect(new Set(receipts.map(({ position }) => position?.offset))).toEqual(new Set([1]));
  await broker.forget("news");
  // The window is not over: the first one may have been delivered.
  expect((await publish()).isDuplicate).toBe(true);
  expect((await broker.history("news")).position).toBeUndefined();
});

it("forgets in the order of the calls", async () => {
  const broker = await openBroker();
  const [first, , second] = await Promise.all([
    broker.publish({ topic: "news", data: "1" }, { history }),
    broker.forget("news"),
    broker.publish({ topic: "news", data: "2" }, { history }),
  ]);
  expect(second.position?.offset).toBe(1);
  expect(second.position?.epoch).not.toBe(first.position?.epoch);
  expect(textsOf((await broker.history("news")).publications)).toEqual(["2"]);
});

it("refuses policies and queries that it could not keep", async () => {
  const broker = await openBroker();
  const publish = (change: Partial<typeof history>) =>
    broker.publish({ topic: "news", data: "a" }, { history: { ...history, ...change } });
  const invalid = { code: "ERR_OPTION_INVALID" };
  await expect(publish({ size: 0 })).rejects.toMatchObject(invalid);
  await expect(publish({ size: 1.5 })).rejects.toMatchObject(invalid);
  await expect(publish({ ttlMs: Number.NaN })).rejects.toMatchObject(invalid);
  await expect(publish({ positionTtlMs: 1 })).rejects.toMatchObject(invalid);
  const idempotency = { key: "key", windowMs: -1 };
  await expect(
    broker.publish({ topic: "news", data: "a" }, { history, idempotency }),
  ).rejects.toMatchObject(invalid);
  const since = { epoch: "epoch", offset: 1 };
  for (const query of [
    { limit: 0 },
    { since, isReversed: true },
    { since: { ...since, offset: -1 } },
  ]) {
    await expect(broker.history("news", query)).rejects.toMatchObject(invalid);
  }
  expect(broker.recordCount).toBe(0);
});

it("refuses attributes that are not JSON, without touching the topic", async () => {
  const broker = await openBroker();
  const attributes = { control: { big: 1n } };
  await expect(
    broker.publish({ topic: "news", data: "a", attributes }, { history }),
  ).rejects.toThrow("BigInt");
  await broker.publish({ topic: "news", data: "b" }, { history });
  expect((await broker.history("news")).position?.offset).toBe(1);
});

it("hears text as the history has it", async () => {
  const broker = await openBroker();
  const heard: Publication[] = [];
  await broker.subscribe("news", (publication) => heard.push(publication));
  await broker.publish({ topic: "news", data: "a\ud800b" }, { history });
  const { publications } = await broker.history("news");
  expect(textsOf([...heard, ...publications])).toEqual(["a\ufffdb", "a\ufffdb"]);
});

it("tells topics apart that UTF-8 does not, and takes long ones", async () => {
  const broker = await openBroker();
  const topics = ["\ud800", "\ud801", "\ufffd", "", "a".repeat(10_000), "€".repeat(10_000)];
  for (const topic of topics) await broker.publish({ topic, data: topic.slice(0, 9) }, { history });
  for (const topic of topics) {
    const { publications, position } = await broker.history(topic);
    expect([publications.length, position?.offset]).toEqual([1, 1]);
    expect(publications[0]?.topic).toBe(topic);
  }
});
