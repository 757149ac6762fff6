import { WindlassError } from "@windlass/core";
import { describe, expect, it } from "vitest";
import {
  FakeTarget,
  otherKey,
  PushStage,
  SharedNonces,
  streamedRequest,
  type TestRequest,
} from "./push.test-helper.ts";

const message = { body: { topic: "news", data: "hello" } };
const replayed = { status: 409, body: { error: { code: "ERR_NONCE_REUSED" } } };
const expired = { status: 401, body: { error: { code: "ERR_TIMESTAMP_EXPIRED" } } };

describe("a replayed request", () => {
  it("is refused and not done again", async () => {
    const stage = new PushStage();
    const request = stage.sign("/api/publish", message);
    expect((await stage.send("/api/publish", request)).status).toBe(200);
    stage.clock.advance(299_000);
    expect(await stage.send("/api/publish", request)).toMatchObject(replayed);
    expect(stage.target.calls).toHaveLength(1);
  });

  it("is refused also when the first one had no effect", async () => {
    const stage = new PushStage();
    const request = stage.sign("/api/publish", { body: { topic: "news" } });
    expect((await stage.send("/api/publish", request)).status).toBe(400);
    expect(await stage.send("/api/publish", request)).toMatchObject(replayed);
  });

  it("is refused when both come at the same time", async () => {
    const stage = new PushStage();
    const request = stage.sign("/api/publish", message);
    const answers = await Promise.all([1, 2, 3].map(() => stage.send("/api/publish", request)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it("does not use up the nonces of another key, nor does a forged one", async () => {
    const stage = new PushStage();
    const request = stage.sign("/api/publish", message);
    const forged = { ...request, headers: { ...request.headers, "X-Windlass-Key": "other" } };
    expect((await stage.send("/api/publish", forged)).status).toBe(401);
    expect((await stage.send("/api/publish", request)).status).toBe(200);
    expect((await stage.signed("/api/publish", message, otherKey)).status).toBe(200);
  });

  it("is refused at another node that shares the topics", async () => {
    const shared = new SharedNonces();
    const [first, second] = [1, 2].map(() => new PushStage({}, new FakeTarget(shared)));
    const request = first?.sign("/api/publish", message);
    expect((await first?.send("/api/publish", request))?.status).toBe(200);
    expect(await second?.send("/api/publish", request)).toMatchObject(replayed);
    expect(second?.target.calls).toEqual([]);
    // The second one knows it by now, and asks nobody.
    expect(await second?.send("/api/publish", request)).toMatchObject(replayed);
    const nonce = request?.headers?.["X-Windlass-Nonce"];
    const claim = ["$nonce/website", "", { idempotency: { key: nonce, windowMs: 600_000 } }];
    expect(shared.published).toEqual([claim, claim]);
  });

  it("cannot be told while the broker is away, so nothing is done", async () => {
    const shared = new SharedNonces();
    shared.failure = new WindlassError("ERR_BROKER_UNAVAILABLE", {
      broker: "redis://:password@10.0.0.9",
      call: "publish()",
      problem: "no answer",
      advice: "Look at it",
    });
    const stage = new PushStage({}, new FakeTarget(shared));
    const answer = await stage.signed("/api/publish", message);
    expect(answer).toMatchObject({
      status: 503,
      body: { error: { code: "ERR_BROKER_UNAVAILABLE" } },
    });
    expect(JSON.stringify(answer.body)).not.toContain("10.0.0.9");
    expect(stage.target.calls).toEqual([]);
  });
});

describe("a timestamp", () => {
  it.each([-300_000, 300_000])("that is %i ms off is in the window", async (offMs) => {
    const stage = new PushStage();
    const request = signedAt(stage, offMs);
    expect((await stage.send("/api/publish", request)).status).toBe(200);
  });

  it.each([
    [
      -301_000,
      "The timestamp is 301 s behind the clock of this server, which takes at most 300 s.",
    ],
    [
      301_000,
      "The timestamp is 301 s ahead of the clock of this server, which takes at most 300 s.",
    ],
  ])("that is %i ms off is refused, and the answer has the time", async (offMs, sentence) => {
    const stage = new PushStage();
    const answer = await stage.send("/api/publish", signedAt(stage, offMs));
    expect(answer).toMatchObject(expired);
    expect(answer).toMatchObject({
      body: { error: { details: { serverTime: new Date(stage.clock.now()).toISOString() } } },
    });
    expect(JSON.stringify(answer.body)).toContain(sentence);
    expect(stage.target.log.lines[0]?.fields).toMatchObject({ key: "website" });
  });

  it("expires while time passes", async () => {
    const stage = new PushStage({ timestampWindowMs: 10_000 });
    const request = stage.sign("/api/publish", message);
    stage.clock.advance(10_001);
    expect(await stage.send("/api/publish", request)).toMatchObject(expired);
  });

  it("expires while the body arrives", async () => {
    const stage = new PushStage({ timestampWindowMs: 10_000 });
    const { headers = {} } = stage.sign("/api/publish", message);
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      stage.clock.advance(10_001);
      controller.enqueue(Buffer.from(JSON.stringify(message.body)));
      controller.close();
    };
    const request = streamedRequest("/api/publish", pull, { headers });
    const response = await stage.api(request, { ip: "127.0.0.1", params: {} });
    expect(await response.json()).toMatchObject(expired.body);
  });

  it("has a shorter window while more nonces come than are remembered", async () => {
    const stage = new PushStage({ maxNonces: 1_000 });
    const first = stage.sign("/api/publish", message);
    await stage.send("/api/publish", first);
    stage.clock.advance(5_000);
    for (let count = 0; count < 1_000; count += 1) {
      stage.clock.advance(10);
      await stage.signed("/api/info");
    }
    const answer = await stage.send("/api/publish", first);
    expect(answer).toMatchObject(expired);
    expect(JSON.stringify(answer.body)).toContain(
      "15 s behind the clock of this server, which takes at most 14 s",
    );
    expect(stage.target.calls.filter(([name]) => name === "publish")).toHaveLength(1);
    expect((await stage.signed("/api/publish", message)).status).toBe(200);
  }, 20_000);
});

/** A request that was signed by a clock which is that much ahead of the server's. */
function signedAt(stage: PushStage, offMs: number): TestRequest {
  const elsewhere = new PushStage();
  if (offMs > 0) elsewhere.clock.advance(offMs);
  else stage.clock.advance(-offMs);
  return elsewhere.sign("/api/publish", message);
}
