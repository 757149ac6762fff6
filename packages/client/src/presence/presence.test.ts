import { describe, expect, it } from "vitest";
import { type AnySubscription, inside } from "../client/subscriptions.ts";
import { ClientStage, rejection } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";
import { Hall } from "../hall-stage.test-helper.ts";

describe("members", () => {
  it("asks who is present, and reads their data by the schema", async () => {
    const hall = new Hall();
    const members = hall.presence.members();
    expect(hall.questions).toEqual([{ type: "presence", id: 2, topic: "hall/main" }]);
    hall.answer(2, ["anna", "ben"]);
    expect(await members).toEqual([
      { id: "anna", data: { nick: "ANNA" } },
      { id: "ben", data: { nick: "BEN" } },
    ]);
  });

  it("waits for a connection, asks again after a lost one, and gives up as a request does", async () => {
    const hall = new Hall({ requestTimeoutMs: 60_000 });
    const members = hall.presence.members();
    await hall.stage.reconnect();
    // Who has not subscribed is not told.
    expect(hall.stage.socket.idsOf("subscribe", "presence")).toEqual([
      "3 hall/main",
      "2 hall/main",
    ]);
    hall.answer(2, ["anna"]);
    expect(await members).toHaveLength(1);
    const late = rejection(hall.presence.members());
    hall.stage.clock.advance(60_000);
    expect(await late).toBe("ERR_REQUEST_TIMEOUT");
    const controller = new AbortController();
    const asked = rejection(hall.presence.members({ signal: controller.signal }));
    controller.abort();
    expect(await asked).toBe("ERR_CANCELLED");
    expect(hall.stage.socket.idsOf("cancel")).toEqual([]);
  });

  it("rejects with the server's error", async () => {
    const hall = new Hall();
    const members = rejection(hall.presence.members());
    hall.refuse(2);
    expect(await members).toBe("ERR_PRESENCE_REFUSED");
    expect(hall.stage.codes).toEqual([]);
  });

  it("leaves out who has data that does not fit, and reports it", async () => {
    const hall = new Hall();
    const members = hall.presence.members();
    const data = { members: [{ id: "anna" }, { id: "ben", data: { nick: "ben" } }] };
    hall.stage.socket.receiveFrame({ type: "response", id: 2, data });
    expect(await members).toEqual([{ id: "ben", data: { nick: "BEN" } }]);
    expect(hall.stage.codes).toEqual(["ERR_DATA_INVALID"]);
  });
});

describe("onChange", () => {
  it("says who is present, who has come and who has gone", () => {
    const hall = new Hall().watch();
    hall.answer(2, ["anna", "ben"]);
    expect(hall.seen).toEqual(["anna ben +anna +ben"]);
    hall.change(["cleo"], ["anna"]);
    expect(hall.seen.slice(1)).toEqual(["ben cleo +cleo -anna"]);
    hall.change([], ["ben", "nobody"]);
    expect(hall.seen.slice(2)).toEqual(["cleo -ben"]);
  });

  it("asks once on each connection, and tells the whole state again", async () => {
    const hall = new Hall().watch();
    hall.answer(2, ["anna", "ben"]);
    await hall.stage.reconnect();
    expect(hall.questions).toEqual([{ type: "presence", id: 4, topic: "hall/main" }]);
    hall.answer(4, ["ben", "cleo"]);
    expect(hall.seen).toEqual(["anna ben +anna +ben", "ben cleo +cleo -anna"]);
  });

  it("waits for the connection", () => {
    const stage = new ClientStage();
    const hall = new Hall({}, stage).watch();
    stage.socket.welcome();
    expect(stage.socket.idsOf("subscribe", "presence")).toEqual(["1 hall/main", "2 hall/main"]);
    hall.answer(2, ["anna"]);
    expect(hall.seen).toEqual(["anna +anna"]);
  });

  it("adds to an answer what has changed since the question", () => {
    const hall = new Hall().watch();
    hall.change(["cleo"], ["anna"]);
    expect(hall.seen).toEqual([]);
    hall.answer(2, ["anna", "ben"]);
    expect(hall.seen).toEqual(["ben cleo +ben +cleo"]);
  });

  it("forgets what changed before the question", async () => {
    const hall = new Hall().watch();
    hall.change(["cleo"], []);
    await hall.stage.reconnect();
    hall.answer(4, ["anna"]);
    expect(hall.seen).toEqual(["anna +anna"]);
  });

  it("takes only the newest of two answers", () => {
    const hall = new Hall().watch();
    hall.receive({ type: "unsubscribed" });
    hall.receive({ type: "subscribed" });
    expect(hall.questions.map(({ id }) => id)).toEqual([2, 4]);
    hall.answer(2, ["anna"]);
    hall.change(["ben"], []);
    hall.answer(4, ["cleo"]);
    expect(hall.seen).toEqual(["cleo ben +cleo +ben"]);
  });

  it("gives who is known newer data, and nobody has come", () => {
    const hall = new Hall().watch();
    hall.answer(2, ["anna"]);
    hall.receive({ type: "presence", joined: [{ id: "anna", data: { nick: "anne" } }] });
    expect(hall.seen).toEqual(["anna +anna", "anna"]);
    expect(hall.events.at(-1)?.members[0]?.data.nick).toBe("ANNE");
  });

  it("serves several listeners, each with what is new to it", () => {
    const first = new Hall().watch();
    first.answer(2, ["anna"]);
    const second = new Hall({}, first.stage).watch();
    second.answer(3, ["anna", "ben"]);
    expect(first.seen).toEqual(["anna +anna"]);
    expect(second.seen).toEqual(["anna ben +anna +ben"]);
    first.change(["cleo"], []);
    expect(first.seen.at(-1)).toBe("anna cleo +cleo");
    expect(second.seen.at(-1)).toBe("anna ben cleo +cleo");
  });

  it("ends when it is ended, or the subscription is", () => {
    const hall = new Hall().watch();
    const other = new Hall({}, hall.stage).watch();
    const third = new Hall({}, hall.stage).watch();
    hall.stop();
    hall.stop();
    other.subscription.unsubscribe();
    for (const id of [2, 3, 4]) hall.answer(id, ["anna"]);
    hall.change(["ben"], []);
    expect([hall.seen, other.seen]).toEqual([[], []]);
    expect(third.seen).toEqual(["anna +anna", "anna ben +ben"]);
  });

  it("leaves nothing behind when it is ended", () => {
    const hall = new Hall();
    const { removers, topic } = (hall.subscription as unknown as AnySubscription)[inside];
    const before = [removers.length, topic.presence.size];
    for (let times = 0; times < 100; times += 1) {
      hall.watch().stop();
      hall.stop();
    }
    expect([removers.length, topic.presence.size]).toEqual(before);
  });

  it("reports that the server refuses, and a refused topic once", () => {
    const hall = new Hall().watch();
    hall.refuse(2);
    expect(hall.stage.codes).toEqual(["ERR_PRESENCE_REFUSED"]);
    const other = new Hall({}, new ClientStage()).watch();
    other.stage.socket.welcome();
    other.refuse(1, "ERR_TOPIC_REFUSED");
    other.refuse(2);
    expect(other.stage.codes).toEqual(["ERR_TOPIC_REFUSED"]);
  });

  it("reports what a listener throws, and goes on", async () => {
    const hall = new Hall();
    hall.presence.onChange(() => {
      throw new RangeError("from a listener");
    });
    const failing = (): Promise<never> => Promise.reject(new TypeError("from another one"));
    hall.presence.onChange(failing as () => void);
    hall.watch();
    for (const id of [2, 3, 4]) hall.answer(id, ["anna"]);
    await settled();
    expect(hall.seen).toEqual(["anna +anna"]);
    expect(hall.stage.codes).toEqual(["RangeError", "TypeError"]);
  });
});
