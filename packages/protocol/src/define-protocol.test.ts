import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineProtocol } from "./define-protocol.ts";
import { RequestDefinition, request } from "./definitions.ts";
import { encoded } from "./payload.ts";

describe("defineProtocol", () => {
  it("keeps what was declared and fills in what was not", () => {
    const say = z.object({ text: z.string() });
    const history = request(z.object({ limit: z.int() }), z.array(z.string()));
    const room = { events: { joined: encoded(z.string()) }, history: { size: 10, ttlMs: 1000 } };
    const protocol = defineProtocol({ client: { say, history }, topics: { "room/:name": room } });
    expect(protocol.client).toEqual({ say, history });
    expect(protocol.client.say).toBe(say);
    expect(protocol.server).toEqual({});
    expect(protocol.topics["room/:name"]).toBe(room);
  });

  it("takes a protocol without messages", () => {
    expect(defineProtocol({})).toEqual({ client: {}, server: {}, topics: {} });
  });

  it("answers what cannot be changed", () => {
    const protocol = defineProtocol({});
    expect(() => Object.assign(protocol, { client: {} })).toThrow(TypeError);
  });

  it("makes requests of a question and an answer", () => {
    const definition = request(z.string(), z.number());
    expect(definition).toBeInstanceOf(RequestDefinition);
    expect(definition.data.parse("x")).toBe("x");
    expect(definition.result.parse(1)).toBe(1);
  });
});
