import { describe, expect, test } from "vitest";
import { ProtocolError } from "../index.ts";
import { addressOf, type ProtocolAddress, type ProtocolInfo, serverOf } from "./protocol-info.ts";

function infoOf(address: ProtocolAddress): ProtocolInfo {
  return { title: "Chat", version: "1", ...address };
}

function problemOf(address: ProtocolAddress): unknown {
  try {
    addressOf(infoOf(address));
  } catch (error) {
    return error;
  }
  return undefined;
}

test("a url gives the server and the path", () => {
  const info = infoOf({ url: "ws://localhost:8080/chat/v1?token=secret" });
  expect(serverOf(info)).toEqual({ host: "localhost:8080", protocol: "ws" });
  expect(addressOf(info)).toEqual({ address: "/chat/v1" });
});

test("a url without a path is the root", () => {
  expect(addressOf(infoOf({ url: "wss://example.com" }))).toEqual({ address: "/" });
});

test("a path gives no server", () => {
  expect(serverOf(infoOf({ path: "/chat" }))).toBeUndefined();
  expect(addressOf(infoOf({ path: "/chat" }))).toEqual({ address: "/chat" });
});

test("the parameters of a route are those of the address", () => {
  const { address, parameters } = addressOf(infoOf({ path: "/:org/rooms/:room/*" }));
  expect(address).toBe("/{org}/rooms/{room}/{rest}");
  expect(Object.keys(parameters ?? {})).toEqual(["org", "room", "rest"]);
});

test("braces in a path are no parameters", () => {
  expect(addressOf(infoOf({ path: "/{room}" }))).toEqual({ address: "/%7Broom%7D" });
});

describe("what is refused", () => {
  test.each([
    [{ url: "https://example.com/chat" }, '"https:"'],
    [{ url: "example.com/chat?token=secret" }, "absolute"],
    [{ url: "/chat" }, "absolute"],
    [{ path: "chat" }, '"c"'],
    [{ path: "" }, '""'],
  ] as const)("%j", (address, part) => {
    const error = problemOf(address);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({
      code: "ERR_DOCUMENT_INVALID",
      message: expect.stringContaining(part),
    });
    expect(String(error)).not.toContain("secret");
  });
});
