import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PushStage, type TestRequest, websiteKey } from "./push.test-helper.ts";
import { signPushRequest } from "./signature.ts";

/** The text with one character replaced, added or taken away. */
function change(
  text: string,
  index: number,
  by: string,
  kind: "replace" | "insert" | "remove",
): string {
  const at = index % (text.length + (kind === "insert" ? 1 : 0));
  const rest = text.slice(kind === "insert" ? at : at + 1);
  return text.slice(0, at) + (kind === "remove" ? "" : by) + rest;
}

/** What of a signed request is changed. */
type Part =
  | "body"
  | "path"
  | "X-Windlass-Key"
  | "X-Windlass-Timestamp"
  | "X-Windlass-Nonce"
  | "X-Windlass-Signature";

const parts: readonly Part[] = [
  "body",
  "path",
  "X-Windlass-Key",
  "X-Windlass-Timestamp",
  "X-Windlass-Nonce",
  "X-Windlass-Signature",
];

const changes = fc.record({
  part: fc.constantFrom(...parts),
  index: fc.nat(1_000),
  by: fc.constantFrom(...'0123456789abcdefzABCDEFZ-_.~+/= {}"\\,:é'),
  kind: fc.constantFrom("replace" as const, "insert" as const, "remove" as const),
});

describe("a signature", () => {
  it("is what the documentation says", () => {
    const body = '{"topic":"news","data":"hello"}';
    const headers = signPushRequest(websiteKey, {
      url: "http://localhost:8080/api/publish?x=1",
      body,
      nowMs: 1_800_000_000_999,
    });
    const bodyHash = createHash("sha256").update(body).digest("hex");
    const nonce = headers["X-Windlass-Nonce"];
    const text = `POST\n/api/publish?x=1\n1800000000\n${nonce}\n${bodyHash}`;
    expect(headers).toEqual({
      "X-Windlass-Key": "website",
      "X-Windlass-Timestamp": "1800000000",
      "X-Windlass-Nonce": nonce,
      "X-Windlass-Signature": `v1=${createHmac("sha256", websiteKey.secret).update(text).digest("hex")}`,
    });
  });

  it("fits no request that differs by one character", async () => {
    const body = JSON.stringify({ topic: "news", data: "hello", key: "é" });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(changes, async ({ part, index, by, kind }) => {
        const stage = new PushStage();
        const path = "/api/topics/news/history?limit=3";
        const { headers = {} } = stage.sign(path, { method: "POST", body });
        const changed = tamper({ path, body, headers }, part, (text) =>
          change(text, index, by, kind),
        );
        if (changed === undefined) return;
        const answer = await stage.send(changed.path, { method: "POST", ...changed.request });
        // A path that is none any more is not looked at any further.
        expect(part === "path" ? [401, 404] : [401]).toContain(answer.status);
        expect(stage.target.calls).toEqual([]);
        refused += 1;
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(300);
  }, 30_000);

  it("fits the method only that was signed", async () => {
    const stage = new PushStage();
    const path = "/api/topics/news/history";
    const { headers = {} } = stage.sign(path, { method: "GET" });
    const answer = await stage.send(path, { method: "POST", headers });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { code: "ERR_SIGNATURE_INVALID" } },
    });
  });

  it("fits a body of any bytes that is exactly the one that was signed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.nat(),
        async (bytes, at) => {
          const stage = new PushStage();
          const request = stage.sign("/api/publish", { body: bytes });
          const other = bytes.slice();
          other[at % other.length] = (other[at % other.length] ?? 0) ^ (1 << (at % 8));
          const tampered = await stage.send("/api/publish", { ...request, body: other });
          expect(tampered.status).toBe(401);
          // The bytes are no message, but that is found out after the signature.
          expect((await stage.send("/api/publish", request)).status).toBe(400);
        },
      ),
    );
  });
});

interface Signed {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The request with one part changed; `undefined` when what arrives would be the same, or no request at all. */
function tamper(
  { path, body, headers }: Signed,
  part: Part,
  edit: (text: string) => string,
): { readonly path: string; readonly request: TestRequest } | undefined {
  if (part === "body") {
    const changed = edit(body);
    return changed === body ? undefined : { path, request: { body: changed, headers } };
  }
  if (part === "path") {
    const { pathname, search } = new URL(edit(path), "http://localhost");
    const changed = pathname + search;
    return changed === path ? undefined : { path: changed, request: { body, headers } };
  }
  const value = headers[part] ?? "";
  const changed = edit(value);
  if (changed.trim() === value || changed.includes("é")) return undefined;
  return { path, request: { body, headers: { ...headers, [part]: changed } } };
}
