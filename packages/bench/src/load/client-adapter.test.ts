import { describe, expect, it } from "vitest";
import type { Adapter } from "../contract/adapter.ts";
import { createClient, serve } from "./client-stage.test-helper.ts";

describe("Client with an adapter", () => {
  const talking: Adapter = {
    name: "talking",
    target: (url, topic) => `${url.pathname}rooms/${topic}`,
    greeting: (role, topic) => [`hello ${role} ${topic}`],
    control: (message) => {
      const text = message.toString();
      if (text === "welcome") return { kind: "ready" };
      return text === "2" ? { kind: "answer", text: "3" } : { kind: "ignore" };
    },
    request: () => [
      { format: "text", before: "head", after: "", holdsPayload: false },
      { format: "text", before: '42["message","', after: '"]', holdsPayload: true },
    ],
    reply: () => ({ format: "text", before: '42["message","', after: '"]', holdsPayload: true }),
  };

  it("greets, is ready when told so, answers and unwraps", async () => {
    const texts: string[] = [];
    const server = await serve({
      frame: (peer, _, payload) => {
        const text = payload.toString();
        texts.push(text);
        if (text.startsWith("hello")) peer.send(1, "welcome");
        if (text.startsWith("42")) peer.send(1, "2");
        if (text === "3") peer.send(1, texts[2] ?? "");
      },
    });
    const { client, journal, pool } = createClient(server.url, {}, talking);
    client.connect();
    await journal.find("ready");
    client.send(pool.frames(5, 1));
    expect(await journal.find("reply")).toBe("reply 5 intact 0");
    const payload = pool.payload(5).toString();
    expect(texts).toEqual(["hello client 0", "head", `42["message","${payload}"]`, "3"]);
    expect(server.peers[0]?.head).toMatch(/^GET \/rooms\/0 HTTP/);
    expect(journal.entries).toEqual(["ready", "reply 5 intact 0"]);
  });

  it("says that the adapter was not content", async () => {
    const server = await serve();
    const { client, journal } = createClient(server.url, { connectTimeoutMs: 20 }, talking);
    client.connect();
    expect(await journal.find("failed")).toContain("that the adapter takes as ready");
  });
});
