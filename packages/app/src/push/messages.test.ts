import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PushStage, type TestRequest } from "./push.test-helper.ts";

/** What a target was asked to publish for a body. */
async function published(message: object): Promise<readonly unknown[]> {
  const stage = new PushStage();
  const answer = await stage.bearer("/api/publish", { body: { topic: "news", ...message } });
  expect(answer.status).toBe(200);
  const [call] = stage.target.calls;
  return call?.slice(2) ?? [];
}

/** The details of a refused input. */
async function issuesOf(path: string, request: TestRequest): Promise<unknown> {
  const stage = new PushStage();
  const answer = await stage.bearer(path, request);
  expect(answer).toMatchObject({ status: 400, body: { error: { code: "ERR_INPUT_INVALID" } } });
  expect(stage.target.calls).toEqual([]);
  return (answer.body as { readonly error: { readonly details: unknown } }).error.details;
}

describe("data", () => {
  it("that is text is sent as it is", async () => {
    expect(await published({ data: "héllo" })).toEqual(["héllo", {}]);
    expect(await published({ data: "" })).toEqual(["", {}]);
  });

  it.each([{ a: [1, null] }, [1, 2], 5, true, null])(
    "that is no text is sent as its JSON: %j",
    async (data) => {
      expect(await published({ data })).toEqual([JSON.stringify(data), {}]);
    },
  );

  it.each([{ title: "x" }, "text", null])("of an event is its JSON: %j", async (data) => {
    expect(await published({ event: "said", data })).toEqual([
      JSON.stringify(data),
      { event: "said" },
    ]);
  });

  it("in base64 is bytes", async () => {
    const [bytes] = await published({ dataBase64: "AP/+" });
    expect(bytes).toEqual(new Uint8Array([0, 255, 254]));
  });

  it("in base64 may be large", async () => {
    const dataBase64 = Buffer.alloc(300_000, 7).toString("base64");
    const [bytes] = await published({ dataBase64 });
    expect((bytes as Uint8Array).byteLength).toBe(300_000);
  });

  it("goes with everything that can be said of a publication", async () => {
    const options = {
      event: "said",
      key: "price",
      exclude: ["c1"],
      eligible: ["c1", "c2"],
      isVolatile: true,
      idempotencyKey: "order-7",
    };
    expect(await published({ data: 1, ...options })).toEqual(["1", options]);
  });

  it.each([
    [{}, ["data"], "expected data, or dataBase64 for bytes"],
    [{ event: "said" }, ["data"], "expected data, or dataBase64 for bytes"],
    [{ data: "x", dataBase64: "AA==" }, ["dataBase64"], "expected data or dataBase64, not both"],
    [
      { event: "said", dataBase64: "AA==" },
      ["dataBase64"],
      "expected data: that of an event is JSON",
    ],
    [{ dataBase64: "A" }, ["dataBase64"], "expected base64 with padding (RFC 4648 section 4)"],
    [{ dataBase64: "AA=A" }, ["dataBase64"], "expected base64 with padding (RFC 4648 section 4)"],
    [{ dataBase64: "_-__" }, ["dataBase64"], "expected base64 with padding (RFC 4648 section 4)"],
    [{ data: "x", chanel: "y" }, ["chanel"], "There is no such member"],
  ])("that does not fit is refused with the place: %j", async (message, path, problem) => {
    const details = await issuesOf("/api/publish", { body: { topic: "news", ...message } });
    expect(details).toEqual([{ path, message: problem }]);
  });

  it("may be nested 64 levels deep, and is refused beyond without harm", async () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    const body = (levels: number) => `{"topic":"news","data":${nested(levels)}}`;
    expect((await new PushStage().bearer("/api/publish", { body: body(64) })).status).toBe(200);
    for (const levels of [65, 100_000]) {
      const details = await issuesOf("/api/publish", { body: body(levels) });
      expect(details).toEqual([{ path: ["data"], message: "expected at most 64 levels" }]);
    }
  });
});

describe("topics and users", () => {
  it.each([
    [{ topic: "" }, "topic"],
    [{ topic: "x".repeat(256) }, "topic"],
    [{ topic: "$nonce/website" }, "topic"],
    [{ topic: "\ud800" }, "topic"],
    [{ topic: 5 }, "topic"],
    [{}, "topic"],
    [{ topic: "a", topics: ["b"] }, "topic"],
    [{ topics: [] }, "topics"],
    [{ topics: Array.from({ length: 101 }, String) }, "topics"],
  ])("that are none are refused: %j", async (where, member) => {
    const details = await issuesOf("/api/publish", { body: { ...where, data: "x" } });
    expect(details).toMatchObject([{ path: [member] }]);
  });

  it("in a path are percent-encoded", async () => {
    const stage = new PushStage();
    const topic = "räume/7 & ?#%";
    await stage.signed(`/api/topics/${encodeURIComponent(topic)}/presence`);
    await stage.signed("/api/users/ann%20%2F%20lee/send", { body: { data: "x" } });
    expect(stage.target.calls).toEqual([
      ["presence.count", topic],
      ["presence.members", topic, 100],
      ["users.send", "ann / lee", "x", {}],
    ]);
  });

  it("in a path are not those of the framework, and are not said twice", async () => {
    const inPath = await issuesOf("/api/topics/%24nonce%2Fwebsite/history", {});
    expect(inPath).toMatchObject([{ path: ["topic"] }]);
    const twice = await issuesOf("/api/users/ann/send", { body: { userId: "ben", data: "x" } });
    expect(twice).toEqual([{ path: ["userId"], message: "This is in the path already" }]);
  });

  it("may be several, each of which gets it", async () => {
    const stage = new PushStage();
    stage.target.result = {
      isDuplicate: false,
      hasSubscribers: true,
      position: { epoch: "e", offset: 4 },
    };
    const answer = await stage.bearer("/api/publish", { body: { topics: ["a", "b"], data: "x" } });
    const result = {
      isDuplicate: false,
      hasSubscribers: true,
      position: { epoch: "e", offset: 4 },
    };
    expect(answer.body).toEqual({
      results: [
        { topic: "a", ...result },
        { topic: "b", ...result },
      ],
    });
    const one = await stage.bearer("/api/publish", { body: { topics: ["a"], data: "x" } });
    expect(one.body).toEqual({ results: [{ topic: "a", ...result }] });
  });
});

describe("an idempotency key", () => {
  const headers = { "Idempotency-Key": "order-7" };

  it("may come in the body or in a header, for publish and send", async () => {
    const stage = new PushStage();
    stage.target.result = { isDuplicate: true, hasSubscribers: false };
    const requests: readonly (readonly [string, TestRequest])[] = [
      ["/api/publish", { body: { topic: "news", data: "x", idempotencyKey: "order-7" } }],
      ["/api/publish", { body: { topic: "news", data: "x" }, headers }],
      ["/api/users/ann/send", { body: { data: "x" }, headers }],
    ];
    for (const [path, request] of requests) {
      expect((await stage.bearer(path, request)).body).toMatchObject({ isDuplicate: true });
    }
    for (const call of stage.target.calls)
      expect(call.at(-1)).toEqual({ idempotencyKey: "order-7" });
  });

  it("is refused when it is said twice, too long, or for a whole batch", async () => {
    const body = { topic: "news", data: "x" };
    const twice = { ...body, idempotencyKey: "order-8" };
    expect(await issuesOf("/api/publish", { body: twice, headers })).toMatchObject([
      { path: ["idempotencyKey"] },
    ]);
    const long = { "Idempotency-Key": "x".repeat(257) };
    expect(await issuesOf("/api/publish", { body, headers: long })).toMatchObject([
      { path: ["idempotencyKey"] },
    ]);
    const batch = { operations: [{ operation: "publish", ...body }] };
    expect(await issuesOf("/api/batch", { body: batch, headers })).toMatchObject([
      { path: ["operations"] },
    ]);
  });
});

describe("disconnect", () => {
  it("needs no body, and may say why", async () => {
    const stage = new PushStage();
    expect((await stage.signed("/api/users/ann/disconnect", { method: "POST" })).body).toEqual({});
    await stage.signed("/api/users/ben/disconnect", { body: { code: 4000, reason: "move over" } });
    expect(stage.target.calls).toEqual([
      ["users.disconnect", "ann", { code: 4502, reason: "disconnected by the server" }],
      ["users.disconnect", "ben", { code: 4000, reason: "move over" }],
    ]);
  });

  it.each([
    [{ code: 1006 }, "code"],
    [{ code: 5000 }, "code"],
    [{ code: "4000" }, "code"],
    [{ reason: "é".repeat(62) }, "reason"],
  ])("is refused with what a close frame cannot hold: %j", async (body, member) => {
    const details = await issuesOf("/api/users/ann/disconnect", { body });
    expect(details).toMatchObject([{ path: [member] }]);
  });
});

describe("hostile bodies", () => {
  const names = [
    "topic",
    "topics",
    "data",
    "dataBase64",
    "event",
    "key",
    "exclude",
    "eligible",
    "isVolatile",
    "idempotencyKey",
    "operations",
    "operation",
    "userId",
    "code",
    "reason",
    "since",
    "limit",
    "__proto__",
    "constructor",
  ];
  const member = fc.oneof(fc.constantFrom(...names), fc.string());
  const { value } = fc.letrec<{ readonly value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.jsonValue(),
      fc.constantFrom("publish", "send", "history", "__proto__", "\ud800", "$x"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc
        .array(fc.tuple(member, tie("value")), { maxLength: 5 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  }));
  const paths = fc.constantFrom(
    "/api/publish",
    "/api/batch",
    "/api/users/ann/send",
    "/api/users/ann/disconnect",
    "/api/topics/news/history",
    "/api/topics/news/presence",
  );
  const bodies = fc.oneof(
    value.map((data) => JSON.stringify(data) ?? ""),
    fc
      .array(fc.tuple(member, value), { maxLength: 6 })
      .map((entries) => JSON.stringify(Object.fromEntries(entries))),
    fc.array(value, { maxLength: 4 }).map((operations) => JSON.stringify({ operations })),
    fc.string(),
    fc.uint8Array({ maxLength: 40 }),
  );

  it("are never a failure of the server", async () => {
    const stage = new PushStage();
    await fc.assert(
      fc.asyncProperty(paths, bodies, async (path, body) => {
        const { status, body: answer } = await stage.bearer(path, { method: "POST", body });
        expect([200, 400]).toContain(status);
        expect(JSON.stringify(answer)).not.toContain("ERR_INTERNAL");
      }),
      { numRuns: 500 },
    );
    expect(stage.target.log.lines).toEqual([]);
    expect(Object.prototype).not.toHaveProperty("topic");
  }, 30_000);

  it("with a __proto__ are bodies with a member that does not exist", async () => {
    const body = '{"topic":"news","data":"x","__proto__":{"event":"said"}}';
    expect(await issuesOf("/api/publish", { body })).toEqual([
      { path: ["__proto__"], message: "There is no such member" },
    ]);
  });
});
