import type { App } from "@windlass/app";
import { describe, expect, it } from "vitest";
import { JournalingComponent } from "../support/journaling-component.ts";
import { handshakeRequest, RawClient, type RawResponse } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";

async function ask(port: number, path: string, localAddress = "127.0.0.1"): Promise<RawResponse> {
  const client = await RawClient.connect({ port, host: "127.0.0.1", localAddress });
  client.write(handshakeRequest(path));
  return await client.response();
}

/** Two routes with one component; connections are closed when the component says so. */
function declareTwo(component: JournalingComponent, maxConnections = 0) {
  return (app: App): void => {
    app.route("/a", component, ["*"], { maxConnections });
    app.route("/b", component, ["*"], { maxConnections });
  };
}

describe("maxConnections", () => {
  it("of the app counts all routes, answers 503 and has room again after a close", async () => {
    const component = new JournalingComponent();
    const { port, log } = await startApp(declareTwo(component), { maxConnections: 2 });
    const first = await RawClient.open(port, "/a");
    await RawClient.open(port, "/b");
    const { status, body, headers } = await ask(port, "/a");
    expect(status).toBe(503);
    expect(body).toMatch(/^ERR_TOO_MANY_CONNECTIONS: /);
    expect(headers.get("retry-after")).toBe("5");
    expect(log.refusals).toMatchObject([
      { rule: "connection-limit", seen: "2 connections on this node", wanted: "at most 2" },
    ]);
    first.destroy();
    await component.closes.find();
    await RawClient.open(port, "/b");
    expect((await ask(port, "/b")).status).toBe(503);
  });

  it("of a route counts that route only", async () => {
    const component = new JournalingComponent();
    const { port, log } = await startApp(declareTwo(component, 1));
    const first = await RawClient.open(port, "/a");
    await RawClient.open(port, "/b");
    expect((await ask(port, "/a")).status).toBe(503);
    expect(log.refusals).toMatchObject([
      { route: "/a", seen: "1 connections on this route", wanted: "at most 1" },
    ]);
    // What another route had no room for is not counted for the app either.
    first.destroy();
    await component.closes.find();
    await RawClient.open(port, "/a");
  });

  it("is not used up by handshakes that another rule refuses", async () => {
    const { port } = await startApp(
      (app) => {
        app.route("/", new JournalingComponent(), ["*"], {
          authenticate: ({ query }) => (query.has("user") ? { userId: "u" } : null),
          maxConnections: 1,
          maxConnectionsPerIp: 1,
        });
      },
      { maxConnections: 1, maxConnectionsPerIp: 1 },
    );
    for (let round = 0; round < 3; round += 1) expect((await ask(port, "/")).status).toBe(401);
    await RawClient.open(port, "/?user=1");
    expect((await ask(port, "/?user=1")).status).toBe(503);
  });
});

describe("maxConnectionsPerIp", () => {
  it("of the app answers 429, lets other addresses in and has room again after a close", async () => {
    const component = new JournalingComponent();
    const { port, log } = await startApp(declareTwo(component), { maxConnectionsPerIp: 1 });
    const first = await RawClient.open(port, "/a");
    const { status, body } = await ask(port, "/b");
    expect(status).toBe(429);
    expect(body).toMatch(/^ERR_TOO_MANY_CONNECTIONS_PER_IP: /);
    expect(log.refusals).toMatchObject([
      { rule: "connection-limit-per-ip", seen: "1 connections from 127.0.0.1", ip: "127.0.0.1" },
    ]);
    expect((await ask(port, "/b", "127.0.0.2")).status).toBe(101);
    first.destroy();
    await component.closes.find();
    expect((await ask(port, "/b")).status).toBe(101);
  });

  it("of a route counts that route only", async () => {
    const component = new JournalingComponent();
    const { port } = await startApp((app) => {
      app.route("/a", component, ["*"], { maxConnectionsPerIp: 1 });
      app.route("/b", component, ["*"]);
    });
    await RawClient.open(port, "/a");
    expect((await ask(port, "/a")).status).toBe(429);
    expect((await ask(port, "/b")).status).toBe(101);
    expect((await ask(port, "/a", "127.0.0.3")).status).toBe(101);
  });
});

describe("allowIps and blockIps", () => {
  it("decide by the address of the client", async () => {
    const { port, log } = await startApp(declareTwo(new JournalingComponent()), {
      allowIps: ["127.0.0.0/29"],
      blockIps: ["127.0.0.2"],
    });
    const answers = await Promise.all(
      ["127.0.0.1", "127.0.0.2", "127.0.0.9"].map((address) => ask(port, "/a", address)),
    );
    expect(answers.map(({ status }) => status)).toEqual([101, 403, 403]);
    expect(log.refusals).toMatchObject([
      { rule: "ip", seen: "127.0.0.2" },
      { rule: "ip", seen: "127.0.0.9", wanted: "127.0.0.0/29" },
    ]);
  });
});
