import { describe, expect, it } from "vitest";
import { PushStage, streamedRequest, websiteKey } from "./push.test-helper.ts";

const message = { topic: "news", data: "hello" };

/** The code of an answer, and its sentence. */
function errorOf(body: unknown): { readonly code: string; readonly message: string } {
  return (body as { readonly error: { readonly code: string; readonly message: string } }).error;
}

describe("a signed request", () => {
  it("is answered", async () => {
    const stage = new PushStage();
    const answer = await stage.signed("/api/publish", { body: message });
    expect(answer).toMatchObject({ status: 200, body: stage.target.result });
    expect(stage.target.calls).toEqual([["publish", "news", "hello", {}]]);
  });

  it("is answered to each of several keys", async () => {
    const keys = ["old", "new"].map((id) => ({
      id,
      secret: `the ${id} secret`.padEnd(32, "-").replaceAll(" ", "-"),
    }));
    const stage = new PushStage({ keys });
    for (const key of keys) {
      expect((await stage.signed("/api/publish", { body: message }, key)).status).toBe(200);
    }
  });

  it("covers the query", async () => {
    const stage = new PushStage();
    const path = "/api/topics/news/history?limit=3";
    expect((await stage.signed(path)).status).toBe(200);
    const { headers } = stage.sign(path);
    const answer = await stage.send("/api/topics/news/history?limit=9", {
      ...(headers && { headers }),
    });
    expect(errorOf(answer.body).code).toBe("ERR_SIGNATURE_INVALID");
  });

  it.each([
    ["X-Windlass-Key", undefined, "is missing"],
    ["X-Windlass-Timestamp", undefined, "is missing"],
    ["X-Windlass-Nonce", undefined, "is missing"],
    ["X-Windlass-Signature", undefined, "is missing"],
    ["X-Windlass-Key", "web site", "is no id of a key"],
    ["X-Windlass-Timestamp", "1800000000000", "is not the number of seconds since 1970"],
    ["X-Windlass-Timestamp", "-1", "is not the number of seconds since 1970"],
    ["X-Windlass-Nonce", "short", "is not 8 to 64 letters, digits or signs of base64"],
    ["X-Windlass-Nonce", "n".repeat(65), "is not 8 to 64 letters, digits or signs of base64"],
    ["X-Windlass-Signature", "0".repeat(64), 'is not "v1=" and'],
    ["X-Windlass-Signature", `v1=${"A".repeat(64)}`, 'is not "v1=" and'],
    ["X-Windlass-Signature", `v2=${"0".repeat(64)}`, 'is not "v1=" and'],
  ])("whose %s is %s is refused with a sentence that names it", async (name, value, problem) => {
    const stage = new PushStage();
    const { headers = {} } = stage.sign("/api/publish", { body: message });
    const rest = Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name));
    const changed = value === undefined ? rest : { ...rest, [name]: value };
    const answer = await stage.send("/api/publish", { body: message, headers: changed });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe("Windlass, Bearer");
    const error = errorOf(answer.body);
    expect(error.code).toBe("ERR_CREDENTIALS_MALFORMED");
    expect(error.message).toContain(`The header ${name} ${problem}`);
    expect(stage.target.calls).toEqual([]);
  });

  it("of an unknown key is refused", async () => {
    const stage = new PushStage();
    const answer = await stage.signed(
      "/api/publish",
      { body: message },
      { ...websiteKey, id: "x" },
    );
    expect(answer.status).toBe(401);
    expect(errorOf(answer.body)).toEqual({
      code: "ERR_KEY_UNKNOWN",
      message: "There is no key with this id.",
    });
  });

  it("made with another secret is refused", async () => {
    const stage = new PushStage();
    const key = { ...websiteKey, secret: `${websiteKey.secret}0` };
    const answer = await stage.signed("/api/publish", { body: message }, key);
    expect(answer.status).toBe(401);
    expect(errorOf(answer.body).code).toBe("ERR_SIGNATURE_INVALID");
  });
});

describe("a secret as it is", () => {
  it("is enough over TLS, from this machine and on a unix socket", async () => {
    const stage = new PushStage();
    for (const ip of ["127.0.0.1", "127.3.2.1", "::1", ""]) {
      expect((await stage.bearer("/api/info", { ip })).status).toBe(200);
    }
    const remote = { ip: "203.0.113.7", origin: "https://example.com" };
    expect((await stage.bearer("/api/info", remote)).status).toBe(200);
  });

  it("is refused when others can have read it, and taken with bearer: always", async () => {
    const remote = { ip: "203.0.113.7" };
    const answer = await new PushStage().bearer("/api/info", remote);
    expect(answer.status).toBe(401);
    expect(errorOf(answer.body).code).toBe("ERR_BEARER_REFUSED");
    expect(errorOf(answer.body).message).toContain("unencrypted connection");
    const open = new PushStage({ bearer: "always" });
    expect((await open.bearer("/api/info", remote)).status).toBe(200);
  });

  it("is never taken with bearer: never", async () => {
    const stage = new PushStage({ bearer: "never" });
    const answer = await stage.bearer("/api/info");
    expect(errorOf(answer.body)).toEqual({
      code: "ERR_BEARER_REFUSED",
      message: "A secret is not taken as it is here. Sign the request.",
    });
    expect(answer.headers.get("www-authenticate")).toBe("Windlass");
    expect((await stage.signed("/api/info")).status).toBe(200);
  });

  it.each([
    ["Bearer wrong-but-as-long-as-a-secret", "ERR_KEY_UNKNOWN"],
    [`Bearer ${websiteKey.secret.slice(1)}`, "ERR_KEY_UNKNOWN"],
    [`Bearer ${websiteKey.secret} more`, "ERR_CREDENTIALS_MALFORMED"],
    [`Basic ${websiteKey.secret}`, "ERR_CREDENTIALS_MALFORMED"],
    ["Bearer", "ERR_CREDENTIALS_MALFORMED"],
  ])("that is wrong is refused: %s", async (authorization, code) => {
    const answer = await new PushStage().send("/api/info", { headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(errorOf(answer.body).code).toBe(code);
  });
});

describe("a request without credentials", () => {
  it("is refused, and told what is wanted", async () => {
    const answer = await new PushStage().send("/api/publish", { body: message });
    expect(answer.status).toBe(401);
    expect(errorOf(answer.body).code).toBe("ERR_UNSIGNED");
    expect(errorOf(answer.body).message).toContain("Bearer");
    const signedOnly = await new PushStage({ bearer: "never" }).send("/api/info");
    expect(errorOf(signedOnly.body).message).not.toContain("Bearer");
  });

  it("is refused before its body is read", async () => {
    const stage = new PushStage();
    let isRead = false;
    const request = streamedRequest("/api/publish", (controller) => {
      isRead = true;
      controller.close();
    });
    expect((await stage.api(request, { ip: "127.0.0.1", params: {} })).status).toBe(401);
    expect(isRead).toBe(false);
  });
});

describe("failed authentications", () => {
  it("are counted", async () => {
    const stage = new PushStage();
    await stage.signed("/api/info");
    await stage.send("/api/info");
    const replayed = stage.sign("/api/info");
    await stage.send("/api/info", replayed);
    await stage.send("/api/info", replayed);
    await stage.bearer("/api/nothing");
    expect(stage.api.stats).toMatchObject({ requests: 5, failedAuthentications: 2 });
  });

  it("are logged with their code and key, without secrets, signatures and bodies", async () => {
    const stage = new PushStage();
    const key = { ...websiteKey, secret: "another-secret-of-somebody-else" };
    await stage.signed("/api/publish", { body: { topic: "news", data: "confidential" } }, key);
    await stage.send("/api/info", { headers: { authorization: `Bearer ${key.secret}` } });
    const fields = { ip: "127.0.0.1", status: 401 };
    expect(stage.target.log.lines).toEqual([
      {
        level: "warn",
        message: "push request refused",
        fields: { ...fields, code: "ERR_SIGNATURE_INVALID", key: "website" },
      },
      {
        level: "warn",
        message: "push request refused",
        fields: { ...fields, code: "ERR_KEY_UNKNOWN" },
      },
    ]);
  });

  it("fill the log with ten lines, then one a second that says how many were left out", async () => {
    const stage = new PushStage();
    for (let count = 0; count < 100; count += 1) await stage.send("/api/info");
    const { log } = stage.target;
    expect(log.lines).toHaveLength(10);
    stage.clock.advance(1_000);
    await stage.send("/api/info");
    await stage.send("/api/info");
    expect(log.lines).toHaveLength(11);
    expect(log.lines[10]?.fields).toMatchObject({ code: "ERR_UNSIGNED", suppressed: 90 });
  });
});
