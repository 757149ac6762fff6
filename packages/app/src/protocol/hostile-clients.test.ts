import { defineProtocol, jsonCodec } from "@windlass/protocol";
import { msgpackCodec } from "@windlass/protocol/msgpack";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { Stage, stageOf } from "./stage.test-helper.ts";

const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

describe("a message that is no frame", () => {
  it.each([
    ["no JSON", "nonsense", "it is not JSON"],
    ["nothing", "", "it is not JSON"],
    ["a list", "[]", "it is not an object"],
    ["null", "null", "it is not an object"],
    ["without a type", "{}", 'its "type" is not one of this protocol'],
    ["of an unknown type", '{"type":"__proto__"}', 'its "type" is not one of this protocol'],
    ["of a type of servers", '{"type":"welcome","connection":"1","resumed":true}', "only servers"],
    ["without a name", '{"type":"event"}', 'its "name" must be a string'],
    ["with an id of 0", '{"type":"request","id":0,"name":"add"}', 'its "id" must be'],
    ["with a text as id", '{"type":"event","id":"1","name":"say"}', 'its "id" must be'],
    ["with a short session", '{"type":"hello","session":"short"}', 'its "session" must be'],
    ["too deep", `{"type":"event","name":"say","data":${deep(64)}}`, "nested too deeply"],
    ["very deep", deep(30_000), "nested too deeply"],
    [
      "with __proto__",
      '{"type":"event","name":"say","data":{"__proto__":{"text":"x"}}}',
      "__proto__",
    ],
    [
      "with an escaped __proto__",
      '{"type":"event","name":"say","data":{"\\u005f_proto__":{"text":"x"}}}',
      "__proto__",
    ],
    [
      "with constructor.prototype",
      '{"type":"event","name":"say","data":{"constructor":{"prototype":{"x":1}},"text":"x"}}',
      '"constructor"',
    ],
  ])(
    "%s is answered with what is wrong, and does not reach a handler",
    async (_what, text, problem) => {
      const say = vi.fn();
      const stage = stageOf({ handlers: { say, add: () => 0 } });
      const client = await stage.connect();
      client.raw(text);
      const answer = await client.next();
      expect(answer).toMatchObject({ type: "error", code: "ERR_FRAME_INVALID" });
      expect(JSON.stringify(answer)).toContain(JSON.stringify(problem).slice(1, -1));
      expect(say).not.toHaveBeenCalled();
      expect(client.peer.connection.state).toBe("open");
      expect(stage.component.stats.violations).toBe(1);
    },
  );

  it("is one of the other kind, text or binary", async () => {
    const text = await stageOf().connect({}, jsonCodec);
    text.raw(new Uint8Array([0x80]));
    expect(await text.next()).toMatchObject({ code: "ERR_FRAME_INVALID" });
    const binary = await stageOf().connect({}, msgpackCodec);
    binary.raw("{}");
    expect(await binary.next()).toMatchObject({ code: "ERR_FRAME_INVALID" });
  });

  it("may hold the words of prototypes as values and in the middle of keys", async () => {
    const say = vi.fn();
    const client = await stageOf({ handlers: { say, add: () => 0 } }).connect();
    client.raw('{"type":"event","name":"say","data":{"text":"__proto__","constructor":"\\u005f"}}');
    expect(say).toHaveBeenCalledTimes(1);
  });
});

describe("a client that keeps violating the protocol", () => {
  it("is closed with 4500 at the violation that is too much, and that is logged once", async () => {
    const stage = stageOf({ violations: { max: 3, windowMs: 1_000 } });
    const client = await stage.connect();
    client.raw("1");
    client.raw("2");
    expect(client.peer.connection.state).toBe("open");
    client.raw("3");
    client.raw("4");
    expect(await client.peer.closed).toMatchObject({ code: 4500, reason: "protocol violation" });
    expect(stage.log.lines.map(({ fields }) => fields["rule"])).toEqual(["protocol"]);
  });

  it("is closed sooner when its data is wrong in very many places", async () => {
    const rows = defineProtocol({ client: { rows: z.array(z.object({ a: z.string() })) } });
    const stage = new Stage(rows, { handlers: { rows: () => {} } });
    const client = await stage.connect();
    const data = Array.from({ length: 1_000 }, () => ({}));
    client.send({ type: "event", name: "rows", data });
    expect(await client.peer.closed).toMatchObject({ code: 4500 });
  });

  it("is not closed when it does so slowly", async () => {
    const stage = stageOf({ violations: { max: 3, windowMs: 1_000 } });
    const client = await stage.connect();
    for (let round = 0; round < 5; round += 1) {
      client.raw("1");
      client.raw("2");
      stage.clock.advance(1_001);
    }
    expect(client.peer.connection.state).toBe("open");
    expect(stage.component.stats.violations).toBe(10);
  });
});
