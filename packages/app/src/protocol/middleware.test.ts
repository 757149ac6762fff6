import { ProtocolError } from "@windlass/protocol";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { deferred, stageOf } from "./stage.test-helper.ts";

describe("a component", () => {
  it("runs middleware around handlers, first to last, and lets it refuse and replace", async () => {
    const steps: string[] = [];
    const stage = stageOf({
      middleware: [
        (call, next) => {
          steps.push(`first ${call.kind} ${call.name}`);
          const result = next();
          steps.push("first after");
          return result;
        },
        (call, next) => {
          const { a } = z.object({ a: z.number() }).parse(call.data);
          if (a < 0) throw new ProtocolError("negative", "a is below 0");
          return a > 100 ? 7 : next();
        },
      ],
    });
    const client = await stage.connect();
    for (const [id, a] of [1, -1, 101].entries()) {
      client.send({ type: "request", name: "add", id: id + 1, data: { a, b: 1 } });
    }
    expect(await client.next()).toEqual({ type: "response", id: 1, data: 2 });
    expect(await client.next()).toMatchObject({ id: 2, code: "negative" });
    expect(await client.next()).toEqual({ type: "response", id: 3, data: 7 });
    expect(steps.slice(0, 2)).toEqual(["first request add", "first after"]);
  });

  it("waits for a handler whose middleware forgot to return next()", async () => {
    const stage = stageOf({
      middleware: [(_call, next) => void next()],
      handlers: {
        say: async () => {
          throw new ProtocolError("late", "too late");
        },
        add: async (_from, { a, b }) => a + b,
      },
    });
    const client = await stage.connect();
    client.send({ type: "event", name: "say", id: 1, data: { text: "" } });
    client.send({ type: "request", name: "add", id: 2, data: { a: 1, b: 2 } });
    expect(await client.next()).toMatchObject({ id: 1, code: "late" });
    expect(await client.next()).toEqual({ type: "response", id: 2, data: 3 });
  });

  it("runs a handler once, however often a middleware calls next()", async () => {
    const add = vi.fn(() => 1);
    const twice = (_call: unknown, next: () => unknown) => [next(), next()];
    const stage = stageOf({ middleware: [twice], handlers: { say: () => {}, add } });
    const client = await stage.connect();
    client.send({ type: "request", name: "add", id: 1, data: { a: 1, b: 2 } });
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_FAILED" });
    expect(add).toHaveBeenCalledTimes(1);
  });

  it("does not pass on what Windlass itself or another client said", async () => {
    const stage = stageOf({
      requestTimeoutMs: 100,
      handlers: {
        async say(from) {
          await from.request("confirm", { question: "" });
        },
        add: (from) => {
          from.send("nothing" as never, {} as never);
          return 0;
        },
      },
    });
    const client = await stage.connect();
    client.send({ type: "request", name: "add", id: 1, data: { a: 1, b: 2 } });
    client.send({ type: "event", name: "say", id: 2, data: { text: "" } });
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_FAILED" });
    expect(await client.next()).toMatchObject({ type: "request", name: "confirm" });
    client.send({ type: "error", id: 1, code: "log-in", message: "at evil.example" });
    expect(await client.next()).toMatchObject({ id: 2, code: "ERR_HANDLER_FAILED" });
    expect(stage.log.lines).toHaveLength(2);
  });

  it("logs a failure of a handler that was cancelled, too", async () => {
    const gate = deferred();
    const add = async (): Promise<number> => {
      await gate.promise;
      throw new TypeError("a bug");
    };
    const stage = stageOf({ handlers: { say: () => {}, add } });
    const client = await stage.connect();
    client.send({ type: "request", name: "add", id: 1, data: { a: 1, b: 2 } });
    client.send({ type: "cancel", id: 1 });
    gate.resolve();
    expect(await client.next()).toMatchObject({ id: 1, code: "ERR_HANDLER_FAILED" });
    expect(stage.log.lines).toHaveLength(1);
  });
});
