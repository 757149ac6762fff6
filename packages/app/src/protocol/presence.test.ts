import { defineProtocol } from "@windlass/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type FrameClient, Stage } from "./stage.test-helper.ts";

const protocol = defineProtocol({
  topics: {
    "room/:name": { events: {}, presence: z.object({ nick: z.string() }) },
    quiet: { events: {} },
  },
});

function presenceStage() {
  const stage = new Stage(protocol, {
    topics: {
      "room/:name": {
        authorize: () => true,
        member: (connection) => ({ nick: `nick of ${connection.user?.userId ?? "nobody"}` }),
      },
      quiet: { authorize: () => true },
    },
  });
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
      left: ["cleo"],
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
});
