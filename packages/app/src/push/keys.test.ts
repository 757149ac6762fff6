import { describe, expect, it } from "vitest";
import {
  type Call,
  otherKey,
  PushStage,
  type TestRequest,
  websiteKey,
} from "./push.test-helper.ts";

const forbidden = { status: 403, body: { error: { code: "ERR_KEY_FORBIDDEN" } } };
const message = { topic: "news/today", data: "hello" };

/** Every operation, with the permission that it needs. */
const requests: readonly (readonly [permission: string, path: string, request: TestRequest])[] = [
  ["publish", "/api/publish", { body: message }],
  ["users", "/api/users/ann/send", { body: { data: "hello" } }],
  ["users", "/api/users/ann/disconnect", { method: "POST" }],
  ["read", "/api/users/ann", {}],
  ["read", "/api/topics/news%2Ftoday/history", {}],
  ["read", "/api/topics/news%2Ftoday/presence", {}],
  ["read", "/api/info", {}],
];

describe("a key", () => {
  it.each(["publish", "users", "read"] as const)(
    "that is allowed %s may do that only",
    async (allowed) => {
      const stage = new PushStage({ keys: [{ ...websiteKey, allow: [allowed] }] });
      for (const [permission, path, request] of requests) {
        const answer = await stage.signed(path, request);
        if (permission === allowed) expect([path, answer.status]).toEqual([path, 200]);
        else expect(answer).toMatchObject(forbidden);
      }
      expect((await stage.signed("/api/openapi.json")).status).toBe(200);
    },
  );

  it("that says nothing may do everything", async () => {
    const stage = new PushStage({ keys: [websiteKey] });
    for (const [, path, request] of requests) {
      expect((await stage.signed(path, request)).status).toBe(200);
    }
  });

  it.each([
    ["news/*", "news/today", true],
    ["news/*", "news/", true],
    ["news/*", "news", false],
    ["news/*", "newsletter/1", false],
    ["news", "news", true],
    ["news", "news/today", false],
    ["*", "anything", true],
  ])("with the topics %s reaches %s: %s", async (pattern, topic, isAllowed) => {
    const stage = new PushStage({ keys: [{ ...websiteKey, topics: ["other", pattern] }] });
    const inPath = encodeURIComponent(topic);
    const answers = [
      await stage.signed("/api/publish", { body: { topic, data: "x" } }),
      await stage.signed(`/api/topics/${inPath}/history`),
      await stage.signed(`/api/topics/${inPath}/presence`),
    ];
    const status = isAllowed ? 200 : 403;
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status]);
  });

  it("publishes to none of several topics when one is not its own", async () => {
    const stage = new PushStage({ keys: [{ ...websiteKey, topics: ["news/*"] }] });
    const body = { topics: ["news/1", "secret", "news/2"], data: "x" };
    expect(await stage.signed("/api/publish", { body })).toMatchObject(forbidden);
    expect(stage.target.calls).toEqual([]);
  });

  it("is restricted in each operation of a batch", async () => {
    const stage = new PushStage({
      keys: [{ ...websiteKey, allow: ["publish"], topics: ["news/*"] }],
    });
    const operations = [
      { operation: "publish", ...message },
      { operation: "publish", topic: "secret", data: "x" },
      { operation: "disconnect", userId: "ann" },
    ];
    const answer = await stage.signed("/api/batch", { body: { operations } });
    expect(answer.body).toMatchObject({
      results: [{ status: 200 }, { status: 403 }, { status: 403 }],
    });
    const call: Call = ["publish", "news/today", "hello", {}];
    expect(stage.target.calls).toEqual([call]);
    expect(stage.target.log.lines.map(({ fields }) => fields["key"])).toEqual([
      "website",
      "website",
    ]);
  });
});

describe("the options", () => {
  const wrong = [
    [{ keys: [] }, "keys"],
    [{ keys: [{ id: "a", secret: "too short" }] }, "keys.0.secret"],
    [{ keys: [{ id: "a", secret: "sixteen chars or more" }] }, "keys.0.secret"],
    [{ keys: [{ ...websiteKey, id: "web site" }] }, "keys.0.id"],
    [{ keys: [websiteKey, { ...otherKey, id: "website" }] }, "two keys have the same id"],
    [{ keys: [websiteKey, { ...websiteKey, id: "b" }] }, "two keys have the same secret"],
    [{ keys: [{ ...websiteKey, allow: ["everything"] }] }, "keys.0.allow.0"],
    [{ keys: [{ ...websiteKey, topics: ["*/news"] }] }, "keys.0.topics.0"],
    [{ basePath: "/api/" }, "basePath"],
    [{ basePath: "api" }, "basePath"],
    [{ timestampWindowMs: 300 }, "timestampWindowMs"],
    [{ rateLimit: { requestsPerSecond: 5 } }, "rateLimit"],
    [{ secret: "x" }, "secret"],
  ] as const;

  it.each(wrong)("are refused when they are wrong: %j", (options, problem) => {
    const create = () => new PushStage(options as never);
    expect(create).toThrow(problem);
    expect(create).toThrow("options of createPushApi()");
  });

  it("are refused without a word of a secret", () => {
    for (const secret of ["hunter2", "a secret with spaces in it"]) {
      let thrown: unknown;
      try {
        new PushStage({ keys: [{ id: "a", secret }] });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: "ERR_OPTION_INVALID" });
      expect(JSON.stringify([String(thrown), thrown])).not.toContain(secret);
    }
  });
});
