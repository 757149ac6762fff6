import { createPushApi, type PushOptions, signPushRequest } from "@windlass/app";
import { describe, expect, it } from "vitest";
import { pushKey, startPushServer } from "../support/push-server.ts";
import { startApp } from "../support/start-app.ts";

/** A signed request, and its answer. */
async function push(url: string, input: unknown): Promise<{ status: number; body: unknown }> {
  const body = JSON.stringify(input);
  const signature = signPushRequest(pushKey, { url, body });
  const headers = { ...signature, "Content-Type": "application/json" };
  const response = await fetch(url, { method: "POST", body, headers });
  return { status: response.status, body: await response.json() };
}

describe("the push API over HTTP", () => {
  it("reaches every connection of a user, and only those", async () => {
    const server = await startPushServer();
    const [desk, phone, ben] = [
      await server.connect("ann"),
      await server.connect("ann"),
      await server.connect("ben"),
    ];
    const answer = await push(`${server.apiUrl}/users/ann/send`, { data: "hello Ann" });
    expect(answer).toMatchObject({ status: 200, body: { hasSubscribers: true } });
    expect([await desk.text(), await phone.text()]).toEqual(["hello Ann", "hello Ann"]);
    await push(`${server.apiUrl}/publish`, { topic: "news", data: "to all" });
    // Had Ben got what was for Ann, it would come before this.
    expect(await ben.text()).toBe("to all");
  });

  it("sends bytes as a binary message", async () => {
    const server = await startPushServer();
    const ann = await server.connect("ann");
    const received = new Promise((resolve) => {
      ann.socket.once("message", (data, isBinary) => resolve([data, isBinary]));
    });
    await push(`${server.apiUrl}/users/ann/send`, { dataBase64: "AP8=" });
    expect(await received).toEqual([Buffer.from([0, 255]), true]);
  });

  it("tells who is online, and on which node", async () => {
    const server = await startPushServer();
    const user = `${server.apiUrl}/users/ann%20lee`;
    const get = async (url: string) => {
      const headers = signPushRequest(pushKey, { method: "GET", url });
      return await (await fetch(url, { headers })).json();
    };
    expect(await get(user)).toEqual({ userId: "ann lee", isOnline: false, connectionIds: [] });
    await server.connect("ann lee");
    expect(await get(user)).toMatchObject({ isOnline: true, connectionIds: [expect.any(String)] });
    const version = expect.stringMatching(/^\d+\.\d+\.\d+/);
    const nodeId = expect.any(String);
    const info = { nodeId, version, connections: 1, users: 1, topics: expect.any(Number) };
    expect(await get(`${server.apiUrl}/info`)).toEqual(info);
  });

  it("refuses a replay and a body that is too large, and goes on", async () => {
    const server = await startPushServer();
    const url = `${server.apiUrl}/publish`;
    const body = JSON.stringify({ topic: "news", data: "once" });
    const headers = {
      ...signPushRequest(pushKey, { url, body }),
      "Content-Type": "application/json",
    };
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      statuses.push((await fetch(url, { method: "POST", body, headers })).status);
    }
    expect(statuses).toEqual([200, 409, 409]);
    const large = await push(url, { topic: "news", data: "x".repeat(600_000) });
    expect(large).toMatchObject({ status: 413, body: { error: { code: "ERR_BODY_TOO_LARGE" } } });
    expect((await push(url, { topic: "news", data: "again" })).status).toBe(200);
  });

  it("may be served by another App, on a port of its own", async () => {
    const server = await startPushServer();
    const ann = await server.connect("ann");
    const options: PushOptions = { keys: [pushKey], basePath: "/push" };
    const admin = await startApp((app) => app.http("/push/*", createPushApi(server.app, options)));
    const answer = await push(`http://localhost:${admin.port}/push/users/ann/send`, { data: "hi" });
    expect(answer.status).toBe(200);
    expect(await ann.text()).toBe("hi");
  });

  it("says that its App does not run any more", async () => {
    const server = await startPushServer();
    const options: PushOptions = { keys: [pushKey] };
    const admin = await startApp((app) => app.http("/api/*", createPushApi(server.app, options)));
    await server.app.close();
    const url = `http://localhost:${admin.port}/api/publish`;
    const answer = await push(url, { topic: "news", data: "x", idempotencyKey: "k" });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "ERR_SHUTTING_DOWN" } } });
  });
});
