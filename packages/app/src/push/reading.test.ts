import { describe, expect, it } from "vitest";
import { PushStage } from "./push.test-helper.ts";

const position = { epoch: "e1", offset: 7 };

describe("history", () => {
  it("shows publications in the members that they were published with", async () => {
    const stage = new PushStage();
    stage.target.page = {
      publications: [
        { topic: "news", data: "text", position },
        {
          topic: "news",
          data: '{"a":1}',
          attributes: { event: "said", key: "k", exclude: ["c1"], route: "/chat" },
        },
        { topic: "news", data: "no JSON", attributes: { event: "said" } },
        { topic: "news", data: new Uint8Array([0, 1, 255]).subarray(1) },
      ],
      position,
      gap: "trimmed",
    };
    const answer = await stage.bearer("/api/topics/news/history");
    expect(answer.body).toEqual({
      publications: [
        { data: "text", position },
        { data: { a: 1 }, event: "said", key: "k" },
        { data: "no JSON", event: "said" },
        { dataBase64: "Af8=" },
      ],
      position,
      gap: "trimmed",
    });
  });

  it("of a topic that nobody knows is empty", async () => {
    expect(await new PushStage().bearer("/api/topics/unknown/history")).toMatchObject({
      status: 200,
      body: { publications: [] },
    });
  });

  it.each([
    ["", {}, { limit: 100, isReversed: false }],
    ["?limit=7&isReversed=true", { limit: 7, isReversed: true }, { limit: 7, isReversed: true }],
    [
      "?sinceEpoch=e1&sinceOffset=7",
      { since: position },
      { since: position, limit: 100, isReversed: false },
    ],
  ])("is asked for by query and by body alike: %s", async (query, body, wanted) => {
    const stage = new PushStage();
    await stage.signed(`/api/topics/news/history${query}`);
    await stage.signed("/api/topics/news/history", { body });
    const call = ["history", "news", wanted];
    expect(stage.target.calls).toEqual([call, call]);
  });

  it.each([
    ["?limit=0", ["limit"]],
    ["?limit=1001", ["limit"]],
    ["?limit=1e2", ["limit"]],
    ["?limit=", ["limit"]],
    ["?isReversed=yes", ["isReversed"]],
    ["?sinceEpoch=e1", ["since", "offset"]],
    ["?sinceEpoch=e1&sinceOffset=-1", ["since", "offset"]],
    ["?sinceEpoch=e1&sinceOffset=1&isReversed=true", ["isReversed"]],
    ["?from=e1", ["from"]],
    ["?__proto__=1", ["__proto__"]],
    ["?topic=other", ["topic"]],
  ])("with the query %s is refused with the place", async (query, path) => {
    const answer = await new PushStage().bearer(`/api/topics/news/history${query}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { details: [{ path }] } } });
  });
});

describe("the other questions", () => {
  it("are answered", async () => {
    const stage = new PushStage();
    const presence = await stage.bearer("/api/topics/news/presence?limit=5");
    expect(presence.body).toEqual({
      count: { members: 1, connections: 2 },
      members: [{ memberId: "ann", data: { nick: "Ann" }, connectionIds: ["c1", "c2"] }],
    });
    const user = await stage.bearer("/api/users/ann");
    expect(user.body).toEqual({ userId: "ann", isOnline: true, connectionIds: ["c1", "c2"] });
    const info = await stage.bearer("/api/info");
    expect(info.body).toEqual({
      nodeId: "node1",
      version: "0.1.0",
      connections: 3,
      topics: 4,
      users: 2,
    });
  });
});
