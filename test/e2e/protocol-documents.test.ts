import { asyncApi, ProtocolComponent, protocolDocs } from "@windlass/app";
import { defineProtocol, request } from "@windlass/protocol";
import { expect, it } from "vitest";
import { z } from "zod";
import { startApp } from "../support/start-app.ts";

const chat = defineProtocol({
  client: {
    say: z.object({ text: z.string().max(500) }).describe("Says something in the room."),
    history: request(z.object({ limit: z.int().max(100) }), z.array(z.string())),
  },
});
const info = { title: "Chat", version: "1.2.3", path: "/chat" };

async function start(): Promise<string> {
  const handlers = { say: () => {}, history: () => [] };
  const { url } = await startApp((app) => {
    app.route("/chat", new ProtocolComponent(chat, { handlers }), ["*"]);
    app.http("/asyncapi.json", asyncApi(chat, info));
    app.http("/docs", protocolDocs(chat, info));
  });
  return url.replace("ws:", "http:");
}

it("an App serves the AsyncAPI document of its protocol", async () => {
  const url = await start();
  const response = await fetch(`${url}/asyncapi.json`);
  expect(response.headers.get("content-type")).toBe("application/json");
  const document: unknown = await response.json();
  expect(document).toMatchObject({
    asyncapi: "3.0.0",
    info: { title: "Chat", version: "1.2.3" },
    channels: { connection: { address: "/chat" } },
  });
  expect(JSON.stringify(document)).toContain("Says something in the room.");
});

it("an App serves the same as a page that runs nothing", async () => {
  const url = await start();
  const response = await fetch(`${url}/docs`);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  const page = await response.text();
  expect(page).toContain("Says something in the room.");
  expect(page).not.toContain("<script");
});

it("both answer GET and HEAD, and other methods with 405", async () => {
  const url = await start();
  for (const path of ["/asyncapi.json", "/docs"]) {
    expect((await fetch(url + path, { method: "HEAD" })).status).toBe(200);
    const refused = await fetch(url + path, { method: "POST", body: "x" });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  }
});
