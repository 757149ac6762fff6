import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHandshake, hostnameOf } from "./handshake.ts";
import { HeaderList } from "./header-list.ts";

describe("hostnameOf", () => {
  it.each([
    ["example.com", "example.com"],
    ["Example.COM:8080", "example.com"],
    [" example.com ", "example.com"],
    ["example.com:", "example.com"],
    ["127.0.0.1:8080", "127.0.0.1"],
    ["[::1]", "[::1]"],
    ["[2001:DB8::1]:8080", "[2001:db8::1]"],
    ["", ""],
  ])("reads %j as %j", (header, host) => {
    expect(hostnameOf(header)).toBe(host);
  });

  it("agrees with the URL parser about hosts and ports", () => {
    const port = fc.option(fc.integer({ min: 1, max: 65_535 }));
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((ip) => `[${ip}]`),
    );
    fc.assert(
      fc.property(host, port, (name, number) => {
        const header = number === null ? name : `${name}:${number}`;
        expect(new URL(`ws://${hostnameOf(header)}`).hostname).toBe(
          new URL(`ws://${header}`).hostname,
        );
      }),
    );
  });
});

describe("createHandshake", () => {
  const init = {
    path: "/room/7",
    queryString: "name=caf%C3%A9&tag=a&tag=b",
    params: { id: "7" },
    headers: new HeaderList(),
    host: "localhost",
    ip: "127.0.0.1",
    scheme: "ws",
    subprotocol: "",
  } as const;

  it("is frozen", () => {
    const handshake = createHandshake(init);
    expect(Object.isFrozen(handshake)).toBe(true);
    expect(() => Object.assign(handshake, { ip: "203.0.113.7" })).toThrow(TypeError);
  });

  it("parses the query once and keeps it apart from the params", () => {
    const handshake = createHandshake(init);
    expect(handshake.query.get("name")).toBe("café");
    expect(handshake.query.getAll("tag")).toEqual(["a", "b"]);
    expect(handshake.query).toBe(handshake.query);
    expect(handshake.query.has("id")).toBe(false);
    expect(handshake.params).toEqual({ id: "7" });
  });
});
