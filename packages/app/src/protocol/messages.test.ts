import {
  bigintString,
  defineProtocol,
  encoded,
  isoDateTime,
  jsonCodec,
  ProtocolError,
  request,
} from "@windlass/protocol";
import { msgpackCodec } from "@windlass/protocol/msgpack";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { ProtocolComponent } from "./protocol-component.ts";
import { Stage, sample, stageOf } from "./stage.test-helper.ts";

describe.each([jsonCodec, msgpackCodec])("over $subprotocol a component", (codec) => {
  it("hands an event to its handler, validated, and acknowledges it if it has an id", async () => {
    const say = vi.fn();
    const stage = stageOf({ handlers: { say, add: () => 0 } });
    const client = await stage.connect({}, codec);
    client.send({ type: "event", name: "say", data: { text: "one", extra: 1 } });
    client.send({ type: "event", name: "say", id: 4, data: { text: "two" } });
    expect(await client.next()).toEqual({ type: "ack", id: 4 });
    expect(say.mock.calls.map(([, data]) => data)).toEqual([{ text: "one" }, { text: "two" }]);
    expect(client.received).toHaveLength(1);
  });

  it("answers a request with what its handler returns or resolves", async () => {
    const add = vi.fn((_from, { a, b }) => (a > 1 ? Promise.resolve(a + b) : a + b));
    const stage = stageOf({ handlers: { say: () => {}, add } });
    const client = await stage.connect({}, codec);
    client.send({ type: "request", name: "add", id: 1, data: { a: 1, b: 2 } });
    client.send({ type: "request", name: "add", id: 2, data: { a: 2, b: 2 } });
    expect(await client.next()).toEqual({ type: "response", id: 1, data: 3 });
    expect(await client.next()).toEqual({ type: "response", id: 2, data: 4 });
    expect(stage.component.stats.running).toBe(0);
  });

  it("answers what a handler throws: a ProtocolError as it is, anything else without its message", async () => {
    const errors = [
      new ProtocolError("room-full", "No place left.", { places: 2 }),
      new Error("password of the database: 123"),
    ];
    const add = () => {
      throw errors.shift();
    };
    const stage = stageOf({ handlers: { say: () => {}, add } });
    const client = await stage.connect({}, codec);
    client.send({ type: "request", name: "add", id: 1, data: { a: 1, b: 2 } });
    client.send({ type: "request", name: "add", id: 2, data: { a: 1, b: 2 } });
    expect(await client.next()).toEqual({
      type: "error",
      id: 1,
      code: "room-full",
      message: "No place left.",
      details: { places: 2 },
    });
    const second = await client.next();
    expect(second).toMatchObject({ id: 2, code: "ERR_HANDLER_FAILED" });
    expect(JSON.stringify(second)).not.toContain("123");
    expect(stage.log.lines.map(({ message }) => message)).toEqual([
      "a handler failed: answering ERR_HANDLER_FAILED",
    ]);
  });

  it("says what is wrong with data: path, rule and kind, never the value", async () => {
    const say = vi.fn();
    const stage = stageOf({ handlers: { say, add: () => 0 } });
    const client = await stage.connect({}, codec);
    client.send({ type: "event", name: "say", data: { text: "secret".repeat(9) } });
    client.send({ type: "request", name: "add", id: 2, data: { a: "secret", b: 1 } });
    client.send({ type: "request", name: "add", id: 3 });
    expect(await client.next()).toMatchObject({
      code: "ERR_DATA_INVALID",
      details: [{ path: ["text"], rule: "too_big", seen: "string" }],
    });
    expect(await client.next()).toMatchObject({
      id: 2,
      code: "ERR_DATA_INVALID",
      details: [{ path: ["a"], rule: "invalid_type", seen: "string" }],
    });
    expect(await client.next()).toMatchObject({ id: 3, details: [{ path: [], seen: "missing" }] });
    expect(JSON.stringify(client.received)).not.toContain("secret");
    expect(say).not.toHaveBeenCalled();
    expect(stage.component.stats.violations).toBe(3);
  });

  it("names an unknown event, and a message of the wrong kind", async () => {
    const stage = stageOf();
    const client = await stage.connect({}, codec);
    client.send({ type: "event", name: "sya", data: {} });
    client.send({ type: "event", name: "add", id: 2, data: { a: 1, b: 2 } });
    client.send({ type: "request", name: "constructor", id: 3 });
    for (const [name, kind] of [
      ["sya", "event"],
      ["add", "event"],
      ["constructor", "request"],
    ]) {
      expect(await client.next()).toMatchObject({
        code: "ERR_NAME_UNKNOWN",
        message: `There is no ${kind} "${name}" in this protocol. Check the spelling of its name.`,
        details: { kind, name },
      });
    }
  });

  it("carries dates and bigints of encoded payloads both ways", async () => {
    const money = encoded(z.object({ at: isoDateTime, cents: bigintString }));
    const bank = defineProtocol({
      client: { pay: request(money, money) },
      server: { paid: money },
    });
    const stage = new Stage(bank, {
      handlers: {
        pay(connection, { at, cents }) {
          connection.send("paid", { at, cents });
          return { at: new Date(at.getTime() + 1), cents: cents * 2n };
        },
      },
    });
    const client = await stage.connect({}, codec);
    const data = { at: "2026-11-27T10:00:00.000Z", cents: "9007199254740993" };
    client.send({ type: "request", name: "pay", id: 1, data });
    expect(await client.next()).toEqual({ type: "event", name: "paid", data });
    expect(await client.next()).toEqual({
      type: "response",
      id: 1,
      data: { at: "2026-11-27T10:00:00.001Z", cents: "18014398509481986" },
    });
  });
});

const handlers = { say: () => {}, add: () => 0 };

describe("a component", () => {
  it("offers the subprotocols of its codecs and speaks the one of the connection", async () => {
    const { component } = stageOf();
    expect(component.subprotocols).toEqual(["windlass.v1.json", "windlass.v1.msgpack"]);
    expect(stageOf({ codecs: [msgpackCodec] }).component.subprotocols).toEqual([
      "windlass.v1.msgpack",
    ]);
  });

  it("answers a result that cannot be written with ERR_HANDLER_FAILED and logs why", async () => {
    const stage = stageOf({ handlers: { say: () => {}, add: () => 10n as unknown as number } });
    const client = await stage.connect();
    client.send({ type: "request", name: "add", id: 1, data: { a: 1, b: 2 } });
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_FAILED" });
    expect(stage.log.lines).toHaveLength(1);
  });

  it("answers error details that cannot be written with ERR_HANDLER_FAILED", async () => {
    const add = async () => {
      throw new ProtocolError("odd", "details are no JSON", { big: 1n });
    };
    const stage = stageOf({ handlers: { say: () => {}, add } });
    const client = await stage.connect();
    client.send({ type: "request", name: "add", id: 1, data: { a: 1, b: 2 } });
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_FAILED" });
  });

  it("answers data whose schema throws, or is async, with ERR_HANDLER_FAILED", async () => {
    const odd = defineProtocol({
      client: {
        throwing: z.string().refine(() => {
          throw new Error("broken rule");
        }),
        slow: z.string().refine(async () => true),
      },
    });
    const stage = new Stage(odd, { handlers: { throwing: () => {}, slow: () => {} } });
    const client = await stage.connect();
    client.send({ type: "event", name: "throwing", id: 1, data: "" });
    client.send({ type: "event", name: "slow", id: 2, data: "" });
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_FAILED" });
    expect(await client.next()).toMatchObject({ id: 2, code: "ERR_HANDLER_FAILED" });
    expect(client.peer.connection.state).toBe("open");
    expect(stage.log.lines).toHaveLength(2);
  });

  it("hands failures to onHandlerError in place of the log, and survives that it throws", async () => {
    const errors: string[] = [];
    const stage = stageOf({
      handlers: {
        say: () => {
          throw new Error("broken");
        },
        add: () => 0,
      },
      onHandlerError(error, call) {
        errors.push(`${call.name}: ${error.message}`);
        if (errors.length > 1) throw new Error("again");
      },
    });
    const client = await stage.connect();
    client.send({ type: "event", name: "say", data: { text: "" } });
    expect(stage.log.lines).toHaveLength(0);
    client.send({ type: "event", name: "say", data: { text: "" } });
    expect(errors).toEqual(["say: broken", "say: broken"]);
    expect(stage.log.lines.map(({ message }) => message)).toEqual(["onHandlerError failed"]);
    expect(client.received).toHaveLength(2);
  });

  it("limits single messages by their own rate and says when to come again", async () => {
    const stage = stageOf({ rateLimits: { say: { messagesPerSecond: 2, burst: 1 } } });
    const client = await stage.connect();
    const say = (id: number) => client.send({ type: "event", name: "say", id, data: { text: "" } });
    say(1);
    expect(await client.next()).toEqual({ type: "ack", id: 1 });
    say(2);
    expect(await client.next()).toMatchObject({
      id: 2,
      code: "ERR_RATE_LIMITED",
      details: { retryAfterMs: 500 },
    });
    client.send({ type: "request", name: "add", id: 3, data: { a: 1, b: 1 } });
    expect(await client.next()).toMatchObject({ type: "response", id: 3 });
    stage.clock.advance(500);
    say(4);
    expect(await client.next()).toEqual({ type: "ack", id: 4 });
  });

  it.each([
    ["handlers.sya", { handlers: { ...handlers, sya: () => {} } }],
    ["handlers.add", { handlers: { say: () => {} } }],
    ["handlers.say", { handlers: { ...handlers, say: 1 } }],
    ["handlers", { handlers: null }],
    ["handlers.add", { handlers: Object.create({ add: 1, say: () => {} }) }],
    ["rateLimits.sya", { handlers, rateLimits: { sya: { messagesPerSecond: 1 } } }],
    ["topics.romm/:name", { handlers, topics: { "romm/:name": { authorize: () => true } } }],
    ["topics.room/:name", { handlers, topics: { "room/:name": {} } }],
    ["handlerTimoutMs", { handlers, handlerTimoutMs: 1 }],
    ["violations.max", { handlers, violations: { max: 0 } }],
  ])("refuses options with a wrong %s by its name", (path, options) => {
    const create = () => new ProtocolComponent(sample, options as never);
    expect(create).toThrow(`options of ProtocolComponent.${path}: `);
  });

  it("keeps this in handlers that are methods of a class", async () => {
    class Handlers {
      readonly texts: string[] = [];
      say(_from: unknown, { text }: { text: string }): void {
        this.texts.push(text);
      }
      add(): number {
        return this.texts.length;
      }
    }
    const handlers = new Handlers();
    const client = await new Stage(sample, { handlers }).connect();
    client.send({ type: "event", name: "say", data: { text: "kept" } });
    expect(handlers.texts).toEqual(["kept"]);
  });
});
