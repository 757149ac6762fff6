import { WindlassError } from "@windlass/core";
import { describe, expect, it } from "vitest";
import { FakeTarget, PushStage } from "./push.test-helper.ts";

const notRunning = new WindlassError("ERR_APP_STATE", {
  call: "publish()",
  state: "closed",
  advice: "run() first",
});

describe("a batch", () => {
  it("does its operations in their order and answers each on its own", async () => {
    const stage = new PushStage();
    const operations = [
      { operation: "send", userId: "ann", data: "you are out", idempotencyKey: "k" },
      { operation: "disconnect", userId: "ann" },
      { operation: "publish", topic: "news" },
      { operation: "dance" },
      "publish",
      null,
      { operation: "history", topic: "news", limit: 2 },
      { operation: "presence", topic: "news" },
      { operation: "user", userId: "ann" },
      { operation: "info" },
    ];
    const answer = await stage.signed("/api/batch", { body: { operations } });
    expect(answer.status).toBe(200);
    const unknown = { error: { code: "ERR_INPUT_INVALID", details: [{ path: ["operation"] }] } };
    expect(answer.body).toMatchObject({
      results: [
        { status: 200, body: stage.target.result },
        { status: 200, body: {} },
        {
          status: 400,
          body: { error: { code: "ERR_INPUT_INVALID", details: [{ path: ["data"] }] } },
        },
        { status: 400, body: unknown },
        { status: 400, body: unknown },
        { status: 400, body: unknown },
        { status: 200, body: { publications: [] } },
        { status: 200, body: { count: { members: 1 } } },
        { status: 200, body: { isOnline: true } },
        { status: 200, body: { nodeId: "node1" } },
      ],
    });
    expect(stage.target.calls.slice(0, 2).map(([name]) => name)).toEqual([
      "users.send",
      "users.disconnect",
    ]);
  });

  it("waits for one operation before it does the next", async () => {
    const target = new FakeTarget();
    let settle = (): void => {};
    const held = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const called: string[] = [];
    target.users.send = async () => {
      called.push("send");
      await held;
      return target.result;
    };
    target.users.disconnect = async () => void called.push("disconnect");
    const stage = new PushStage({}, target);
    const operations = [
      { operation: "send", userId: "ann", data: "x" },
      { operation: "disconnect", userId: "ann" },
    ];
    const answer = stage.signed("/api/batch", { body: { operations } });
    await expect.poll(() => called).toEqual(["send"]);
    settle();
    expect((await answer).status).toBe(200);
    expect(called).toEqual(["send", "disconnect"]);
  });

  it("is answered 200 also when the node cannot do its operations", async () => {
    const stage = new PushStage();
    stage.target.failure = notRunning;
    const operations = [{ operation: "publish", topic: "news", data: "x" }];
    const answer = await stage.signed("/api/batch", { body: { operations } });
    expect(answer).toMatchObject({ status: 200, body: { results: [{ status: 503 }] } });
  });

  it.each([
    [{}, ["operations"]],
    [{ operations: [] }, ["operations"]],
    [{ operations: {} }, ["operations"]],
    [{ operations: Array.from({ length: 4 }, () => ({ operation: "info" })) }, ["operations"]],
    [{ operations: [{ operation: "info" }], atOnce: true }, ["atOnce"]],
  ])("that is none, or has too many operations, is refused whole: %j", async (body, path) => {
    const stage = new PushStage({ maxBatchOperations: 3 });
    const answer = await stage.signed("/api/batch", { body });
    expect(answer).toMatchObject({ status: 400, body: { error: { details: [{ path }] } } });
    expect(stage.target.calls).toEqual([]);
  });

  it("counts each operation in the rate limit", async () => {
    const stage = new PushStage({ rateLimit: { requestsPerSecond: 1, burst: 3 } });
    const operations = Array.from({ length: 4 }, () => ({ operation: "user", userId: "ann" }));
    const answer = await stage.signed("/api/batch", { body: { operations } });
    expect(answer.body).toMatchObject({
      results: [{ status: 200 }, { status: 200 }, { status: 429 }, { status: 429 }],
    });
  });
});
