import { WindlassError } from "@windlass/core";
import { ProtocolError } from "@windlass/protocol";
import { describe, expect, it } from "vitest";
import { PushStage, streamedRequest, type TestRequest } from "./push.test-helper.ts";
import { pushErrors } from "./push-errors.ts";

const message = { topic: "news", data: "hello" };
const seen = new Set<string>();

/** The status and the code of an answer with an error, which is checked for its form. */
async function refused(stage: PushStage, path: string, request: TestRequest = {}) {
  const { status, headers, body } = await stage.bearer(path, request);
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(Object.keys(body as object)).toEqual(["error"]);
  const { error } = body as {
    readonly error: { readonly code: string; readonly message: string; readonly details?: unknown };
  };
  expect(error.message).not.toMatch(/[{}]/);
  seen.add(error.code);
  return { status, headers, ...error };
}

describe("paths and methods", () => {
  it.each([
    "/",
    "/api",
    "/api/",
    "/api/publish/",
    "/api/Publish",
    "/other/publish",
    "/apix/publish",
    "/api/users//send",
    "/api/users/%zz/send",
    "/api/topics/a/b/history",
  ])("%s is answered 404", async (path) => {
    const { status, code } = await refused(new PushStage(), path, { method: "POST" });
    expect([status, code]).toEqual([404, "ERR_ROUTE_NOT_FOUND"]);
  });

  it.each([
    ["GET", "/api/publish", "POST"],
    ["DELETE", "/api/users/ann", "GET"],
    ["PUT", "/api/topics/news/history", "GET, POST"],
    ["HEAD", "/api/info", "GET"],
    ["OPTIONS", "/api/batch", "POST"],
  ])("%s %s is answered 405 with Allow: %s", async (method, path, allow) => {
    const request = new Request(`http://localhost${path}`, { method });
    const { api } = new PushStage();
    const response = await api(request, { ip: "127.0.0.1", params: {} });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
    expect(await response.json()).toMatchObject({ error: { code: "ERR_METHOD_NOT_ALLOWED" } });
    seen.add("ERR_METHOD_NOT_ALLOWED");
  });

  it("are below the base path", async () => {
    const stage = new PushStage({ basePath: "/internal/push.v1" });
    expect((await stage.signed("/internal/push.v1/info")).status).toBe(200);
    expect((await refused(stage, "/api/info")).status).toBe(404);
    expect((await new PushStage({ basePath: "" }).bearer("/info")).status).toBe(200);
  });
});

describe("bodies", () => {
  it("above the limit are answered 413, by their length or while they arrive", async () => {
    const stage = new PushStage({ maxBodyBytes: 1_024 });
    const body = JSON.stringify({ topic: "news", data: "x".repeat(2_000) });
    const announced = await refused(stage, "/api/publish", { body });
    expect(announced).toMatchObject({
      status: 413,
      code: "ERR_BODY_TOO_LARGE",
      details: { maxBytes: 1_024 },
    });

    let pulled = 0;
    const { headers = {} } = stage.sign("/api/publish", { body });
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      pulled += 1;
      controller.enqueue(new Uint8Array(512));
    };
    const request = streamedRequest("/api/publish", pull, { headers });
    const response = await stage.api(request, { ip: "127.0.0.1", params: {} });
    expect(response.status).toBe(413);
    expect(pulled).toBe(3);
    expect(stage.target.calls).toEqual([]);
  });

  it("of exactly the limit are taken", async () => {
    const stage = new PushStage({ maxBodyBytes: 1_024 });
    const empty = JSON.stringify({ ...message, data: "" }).length;
    const body = { ...message, data: "x".repeat(1_024 - empty) };
    expect((await stage.signed("/api/publish", { body })).status).toBe(200);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])(
    "of the type %s are answered 415",
    async (type) => {
      const answer = await refused(new PushStage(), "/api/publish", {
        body: message,
        headers: { "Content-Type": type },
      });
      expect(answer).toMatchObject({ status: 415, code: "ERR_MEDIA_TYPE_UNSUPPORTED" });
    },
  );

  it.each(["", "{}", "[]", " [ ] "])("may be empty where nothing is needed: %j", async (body) => {
    const answer = await new PushStage().bearer("/api/users/ann/disconnect", {
      method: "POST",
      body,
    });
    expect(answer.status).toBe(200);
  });

  it("may say their charset", async () => {
    const headers = { "Content-Type": "Application/JSON; charset=utf-8" };
    expect((await new PushStage().bearer("/api/publish", { body: message, headers })).status).toBe(
      200,
    );
  });

  it.each([
    ['{"topic":', "it ends too early"],
    ['{"topic":"news" "data":1}', "mistake at position 16"],
    ['["news"]', "it is no object"],
    ["null", "it is no object"],
    ['"text"', "it is no object"],
    [new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "its bytes are not UTF-8"],
  ])("that are no JSON object are answered 400: %s", async (body, problem) => {
    const answer = await refused(new PushStage(), "/api/publish", { body });
    expect(answer).toMatchObject({ status: 400, code: "ERR_BODY_NOT_JSON" });
    expect(answer.message).toBe(`The body is not JSON in UTF-8: ${problem}.`);
  });
});

describe("a rate limit", () => {
  const rateLimit = { requestsPerSecond: 2, burst: 3 };

  it("is answered 429 with the time to wait, for each key on its own", async () => {
    const stage = new PushStage({ rateLimit });
    for (let count = 0; count < 3; count += 1) {
      expect((await stage.bearer("/api/info")).status).toBe(200);
    }
    const answer = await refused(stage, "/api/info");
    expect(answer).toMatchObject({
      status: 429,
      code: "ERR_RATE_LIMITED",
      details: { retryAfterSeconds: 1 },
    });
    expect(answer.headers.get("retry-after")).toBe("1");
    const other = { id: "other", secret: "fedcba9876543210fedcba9876543210" };
    expect((await stage.signed("/api/info", {}, other)).status).toBe(200);
    stage.clock.advance(500);
    expect((await stage.bearer("/api/info")).status).toBe(200);
    expect((await stage.bearer("/api/info")).status).toBe(429);
  });

  it("is not used up by requests that are not authentic", async () => {
    const stage = new PushStage({ rateLimit });
    const request = stage.sign("/api/info");
    await stage.send("/api/info", request);
    for (let count = 0; count < 9; count += 1) await stage.send("/api/info", request);
    expect((await stage.bearer("/api/info")).status).toBe(200);
  });
});

describe("failures of the target", () => {
  const broker = new WindlassError("ERR_BROKER_UNAVAILABLE", {
    broker: "redis://10.0.0.9",
    call: "publish()",
    problem: "no answer",
    advice: "Look at it",
  });
  const notRunning = new WindlassError("ERR_APP_STATE", {
    call: "publish()",
    state: "closed",
    advice: "run() first",
  });
  const topic = new WindlassError("ERR_TOPIC_INVALID", { seen: "of 0 characters" });
  const details = [{ path: ["text"], rule: "too_big" }];
  const data = new ProtocolError("ERR_DATA_INVALID", "The data does not fit.", details);

  it.each([
    [broker, 503, "ERR_BROKER_UNAVAILABLE", "1"],
    [notRunning, 503, "ERR_SHUTTING_DOWN", "1"],
    [topic, 400, "ERR_TOPIC_INVALID", null],
    [data, 400, "ERR_DATA_INVALID", null],
    [new Error("a secret of the server"), 500, "ERR_INTERNAL", null],
    [new ProtocolError("ERR_OTHER", "about something else"), 500, "ERR_INTERNAL", null],
  ])("are answered as what they are: %s", async (failure, status, code, retryAfter) => {
    const stage = new PushStage();
    stage.target.failure = failure;
    const answer = await refused(stage, "/api/publish", { body: message });
    expect(answer).toMatchObject({ status, code });
    expect(answer.headers.get("retry-after")).toBe(retryAfter);
    expect(answer.message).not.toContain("10.0.0.9");
    expect(answer.message).not.toContain("a secret of the server");
    if (code === "ERR_DATA_INVALID") expect(answer.details).toEqual(details);
    const [line] = stage.target.log.lines;
    if (status < 500) expect(line).toBeUndefined();
    else expect(line).toMatchObject({ level: "error", fields: { code, err: failure } });
  });

  it("do not fill the log", async () => {
    const stage = new PushStage();
    stage.target.failure = broker;
    for (let count = 0; count < 50; count += 1)
      await stage.bearer("/api/publish", { body: message });
    expect(stage.target.log.lines).toHaveLength(10);
  });
});

describe("a client that goes away", () => {
  it("is no failure", async () => {
    const stage = new PushStage();
    const gone = new AbortController();
    const pull = (): void => {
      gone.abort();
      throw new Error("the client disconnected");
    };
    const { headers = {} } = stage.sign("/api/publish", { body: message });
    const init = { headers, signal: gone.signal };
    const request = streamedRequest("/api/publish", pull, init);
    await expect(stage.api(request, { ip: "127.0.0.1", params: {} })).rejects.toThrow();
    expect(stage.target.log.lines).toEqual([]);
  });
});

describe("every code", () => {
  it("is among those that this file, or that on credentials, replays and keys, has seen", () => {
    const elsewhere = [
      "ERR_INPUT_INVALID",
      "ERR_UNSIGNED",
      "ERR_CREDENTIALS_MALFORMED",
      "ERR_KEY_UNKNOWN",
      "ERR_BEARER_REFUSED",
      "ERR_TIMESTAMP_EXPIRED",
      "ERR_SIGNATURE_INVALID",
      "ERR_KEY_FORBIDDEN",
      "ERR_NONCE_REUSED",
    ];
    expect([...seen, ...elsewhere].sort()).toEqual(Object.keys(pushErrors).sort());
  });
});
