import { type JoinOutcome, MemoryPresence } from "@windlass/core";
import type { InMemoryRouteOptions } from "@windlass/core/testing";
import { defineProtocol } from "@windlass/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ProtocolConnection } from "./protocol-connection.ts";
import type { ProtocolOptions } from "./protocol-options.ts";
import { type FrameClient, Stage } from "./stage.test-helper.ts";

const protocol = defineProtocol({
  topics: {
    "room/:name": { events: {}, presence: z.object({ nick: z.string() }) },
    quiet: { events: {} },
  },
});

function presenceStage(options: InMemoryRouteOptions = {}) {
  const policies = {
    topics: {
      "room/:name": {
        authorize: () => true,
        member: (connection: ProtocolConnection) => ({
          nick: `nick of ${connection.user?.userId ?? "nobody"}`,
        }),
      },
      quiet: { authorize: () => true },
    },
  };
  const stage = new Stage(
    protocol,
    policies as ProtocolOptions<typeof protocol, undefined>,
    options,
  );
  const enter = async (userId: string): Promise<FrameClient> => {
    const client = await stage.connect({ user: { userId } });
    client.send({ type: "subscribe", id: 1, topic: "room/a" });
    expect(await client.next()).toEqual({ type: "response", id: 1 });
    return client;
  };
  const ask = async (client: FrameClient, topic = "room/a"): Promise<unknown> => {
    client.send({ type: "presence", id: 2, topic });
    return await client.next();
  };
  return { stage, enter, ask };
}

const anna = { id: "anna", data: { nick: "nick of anna" } };
const ben = { id: "ben", data: { nick: "nick of ben" } };

describe("presence on a topic", () => {
  it("tells who asks, users by their id and once", async () => {
    const { stage, enter, ask } = presenceStage();
    const first = await enter("anna");
    await enter("anna");
    await enter("ben");
    // What the others did is under way; what this connection did is not.
    await ask(first);
    expect(await ask(first)).toEqual({
      type: "response",
      id: 2,
      data: { members: [anna, ben] },
    });
    expect(await stage.component.presence("room/:name", { name: "a" })).toEqual([anna, ben]);
  });

  it("tells subscribers who comes and goes, in batches", async () => {
    const { stage, enter, ask } = presenceStage();
    const first = await enter("anna");
    await ask(first);
    const second = await enter("ben");
    const passing = await enter("cleo");
    await ask(second);
    await ask(passing);
    passing.peer.close();
    await passing.peer.closed;
    await ask(first);
    expect(first.received).toHaveLength(3);
    stage.clock.advance(100);
    expect(await first.next()).toEqual({
      type: "presence",
      topic: "room/a",
      joined: [anna, ben],
    });
    second.send({ type: "unsubscribe", id: 3, topic: "room/a" });
    await second.next();
    await second.next();
    await ask(first);
    stage.clock.advance(100);
    expect(await first.next()).toEqual({ type: "presence", topic: "room/a", left: ["ben"] });
  });

  it("is not for those who are not there, nor where there is none", async () => {
    const { stage, ask } = presenceStage();
    const stranger = await stage.connect();
    expect(await ask(stranger)).toMatchObject({ code: "ERR_PRESENCE_REFUSED" });
    stranger.send({ type: "subscribe", id: 1, topic: "quiet" });
    await stranger.next();
    expect(await ask(stranger, "quiet")).toMatchObject({ code: "ERR_PRESENCE_REFUSED" });
    expect(await ask(stranger, "nowhere")).toMatchObject({ code: "ERR_TOPIC_UNKNOWN" });
  });

  it("goes on where the store or member() has failed", async () => {
    const presence = new FailingPresence();
    const { stage, enter, ask } = presenceStage({ presence });
    presence.failures = 1;
    const first = await enter("anna");
    await ask(first);
    expect(await stage.component.presence("room/:name", { name: "a" })).toEqual([]);
    stage.clock.advance(2_000);
    await ask(first);
    const second = await enter("ben");
    await ask(second);
    stage.clock.advance(100);
    // anna and ben, each after the answer to its own question.
    expect(first.received.at(-1)).toMatchObject({ type: "presence", joined: [anna, ben] });
  });

  it("hears of members while one comes and another one goes at the same time", async () => {
    const { stage, enter, ask } = presenceStage();
    const first = await enter("anna");
    await ask(first);
    const second = await stage.connect({ user: { userId: "ben" } });
    second.send({ type: "subscribe", id: 1, topic: "room/a" });
    first.send({ type: "unsubscribe", id: 3, topic: "room/a" });
    await second.next();
    await ask(second);
    const third = await enter("cleo");
    await ask(third);
    stage.clock.advance(100);
    expect(second.received.at(-1)).toMatchObject({
      type: "presence",
      joined: expect.arrayContaining([{ id: "cleo", data: { nick: "nick of cleo" } }]),
    });
  });

  it("asks the store no more than it needs to, however often a client comes and goes", async () => {
    const presence = new FailingPresence();
    const { stage } = presenceStage({ presence });
    const client = await stage.connect();
    for (let id = 1; id < 2_001; id += 2) {
      client.send({ type: "subscribe", id, topic: "room/a" });
      client.send({ type: "unsubscribe", id: id + 1, topic: "room/a" });
    }
    await expect.poll(() => client.received.length).toBe(2_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(presence.joins).toBeLessThan(1_000);
    expect(await stage.component.presence("room/:name", { name: "a" })).toEqual([]);
  });
});

/** Rejects the first calls to watch(), and counts those to join(). */
class FailingPresence extends MemoryPresence {
  failures = 0;
  joins = 0;

  override async watch(...args: Parameters<MemoryPresence["watch"]>): Promise<void> {
    this.failures -= 1;
    if (this.failures >= 0) throw new Error("not now");
    await super.watch(...args);
  }

  override async join(...args: Parameters<MemoryPresence["join"]>): Promise<JoinOutcome> {
    this.joins += 1;
    return await super.join(...args);
  }
}
