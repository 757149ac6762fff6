import { signPushRequest } from "@windlass/app";
import { describe, expect, it } from "vitest";
import { benchKey, topicCount } from "./push-scene.ts";
import { signedRequest } from "./signed-request.ts";

/** A request apart, with names of headers as they were written. */
function read(request: string) {
  const [head = "", body = ""] = request.split("\r\n\r\n");
  const [line, ...headers] = head.split("\r\n");
  const fields = new Map(headers.map((header) => header.split(": ") as [string, string]));
  return { line, fields, body };
}

describe("signedRequest", () => {
  it("publishes 100 bytes, and says how long its body is", () => {
    const { line, fields, body } = read(signedRequest("127.0.0.1:1", 3));
    expect(line).toBe("POST /api/publish HTTP/1.1");
    expect(fields.get("Host")).toBe("127.0.0.1:1");
    expect(fields.get("Content-Length")).toBe(`${Buffer.byteLength(body)}`);
    const { topic, data } = JSON.parse(body);
    expect(topic).toBe("topic-3");
    expect(Buffer.byteLength(data)).toBe(100);
  });

  it("takes the topics in turn", () => {
    const topicOf = (index: number) => JSON.parse(read(signedRequest("h", index)).body).topic;
    expect([0, 1, topicCount, topicCount + 1].map(topicOf)).toEqual([
      "topic-0",
      "topic-1",
      "topic-0",
      "topic-1",
    ]);
  });

  it("signs each anew", () => {
    const [one, two] = [read(signedRequest("h", 0)), read(signedRequest("h", 0))];
    expect(
      Object.keys(signPushRequest(benchKey, { url: "/" })).every((name) => one.fields.has(name)),
    ).toBe(true);
    for (const name of ["X-Windlass-Nonce", "X-Windlass-Signature"]) {
      expect(one.fields.get(name)).not.toBe(two.fields.get(name));
    }
  });
});
