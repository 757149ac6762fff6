import { describe, expect, it } from "vitest";
import type { Component } from "../contract/component.ts";
import { accept, type Guard, refuse } from "../contract/guard.ts";
import { connectionLimitGuard } from "../guard/connection-limit.ts";
import { createInMemoryHandshake, handshakeInMemory } from "./in-memory-handshake.ts";
import { connectInMemory, InMemoryRoute } from "./in-memory-route.ts";
import { RecordingComponent } from "./recording-component.ts";
import { RecordingLogger } from "./recording-logger.ts";

const echo: Component = { onMessage: (connection, message) => void connection.send(message) };

describe("a guard in memory", () => {
  const onlyFromHome: Guard = {
    check: ({ ip }) =>
      ip === "127.0.0.1" ? accept : refuse({ rule: "home", seen: ip, wanted: "127.0.0.1" }),
  };

  it("lets in, with its user", async () => {
    const user = { userId: "eve", role: "admin" };
    const guard: Guard = { check: async () => ({ accepted: true, user }) };
    const peer = await connectInMemory(echo, { guard });
    expect(peer.connection.user).toBe(user);
  });

  it("refuses before the component hears of it", async () => {
    const component = new RecordingComponent();
    const refused = connectInMemory(component, { guard: onlyFromHome, ip: "203.0.113.7" });
    await expect(refused).rejects.toMatchObject({
      name: "HandshakeRefusedError",
      message: '403 ERR_GUARD_REFUSED: home saw "203.0.113.7", wanted "127.0.0.1"',
      refusal: { accepted: false, status: 403, rule: "home" },
    });
    expect(component.events).toEqual([]);
  });

  it("gets its place back once, however the connection ends", async () => {
    const guard = connectionLimitGuard({ max: 1, scope: "route" });
    const route = new InMemoryRoute(echo, { guard });
    for (const end of ["close", "drop"] as const) {
      const peer = await route.connect();
      await expect(route.connect()).rejects.toThrow("ERR_TOO_MANY_CONNECTIONS");
      peer[end]();
      peer.connection.close();
      expect(guard.count).toBe(0);
    }
    const { connection } = await route.connect();
    connection.close();
    connection.terminate();
    expect(guard.count).toBe(0);
  });

  it("that fails in release is logged and harms nobody", async () => {
    const [log, component] = [new RecordingLogger(), new RecordingComponent()];
    const guard: Guard = {
      check: () => accept,
      release: () => {
        throw new Error("cannot count");
      },
    };
    const peer = await connectInMemory(component, { guard, log });
    peer.close();
    expect(log.lines).toMatchObject([{ level: "error", message: "a guard failed in release()" }]);
    expect(component.phases).toEqual(["open", "close"]);
  });

  it("can be asked without a component", async () => {
    expect(await handshakeInMemory(onlyFromHome)).toBe(accept);
    expect(await handshakeInMemory(onlyFromHome, { ip: "203.0.113.7" })).toMatchObject({
      accepted: false,
      seen: "203.0.113.7",
    });
  });
});

describe("createInMemoryHandshake", () => {
  it("is a browser on a page of the same host by default", () => {
    const { headers, ...rest } = createInMemoryHandshake();
    expect(rest).toMatchObject({ path: "/", host: "localhost", ip: "127.0.0.1", scheme: "ws" });
    expect(headers.get("origin")).toBe("http://localhost");
    expect(headers.get("upgrade")).toBe("websocket");
    const secure = createInMemoryHandshake({ scheme: "wss", host: "example.com:8443" });
    expect(secure.headers.get("origin")).toBe("https://example.com:8443");
  });

  it("leaves out headers that are null, and the Origin of a program", () => {
    const { headers } = createInMemoryHandshake({ origin: null, headers: { Upgrade: null } });
    expect(headers.has("origin")).toBe(false);
    expect(headers.has("upgrade")).toBe(false);
  });
});
