import { silentLogger } from "@windlass/core";
import { describe, expect, it } from "vitest";
import { App } from "./app.ts";
import { EchoServer } from "./echo-server.ts";
import type { RouteOptions } from "./route-options.ts";

const declare = (options: RouteOptions) =>
  new App("localhost", 0, "127.0.0.1", { logger: silentLogger }).route(
    "/",
    new EchoServer(),
    ["*"],
    options,
  );

describe("the policy of a route", () => {
  it("is what was given, completed by the defaults", () => {
    const { options } = declare({ maxPayloadBytes: 1_000 });
    expect(options).toMatchObject({
      maxPayloadBytes: 1_000,
      maxBackpressureBytes: 1_048_576,
      maxQueuedBytes: 1_048_576,
      heartbeat: { timeoutMs: 60_000 },
      slowConsumer: "close",
    });
  });

  it("makes room for the largest message where nothing else is said", () => {
    const { options } = declare({ maxPayloadBytes: 5_000_000, maxQueuedBytes: 10 });
    expect(options).toMatchObject({ maxBackpressureBytes: 5_000_000, maxQueuedBytes: 10 });
  });

  it("is frozen through and through", () => {
    const { options } = declare({});
    expect(Object.isFrozen(options)).toBe(true);
    expect(Object.isFrozen(options.heartbeat)).toBe(true);
    expect(Object.isFrozen(options.guards)).toBe(true);
    const app = new App("localhost", 0, "127.0.0.1", { logger: silentLogger });
    expect(Object.isFrozen(app.options.refusalLog)).toBe(true);
  });
});
