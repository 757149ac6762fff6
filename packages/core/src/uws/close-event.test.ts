import { describe, expect, it } from "vitest";
import { Disconnects } from "../contract/disconnects.ts";
import { toCloseEvent } from "./close-event.ts";

const bytesOf = (text: string): ArrayBuffer => new TextEncoder().encode(text).slice().buffer;

describe("toCloseEvent", () => {
  it.each([
    ["Received too big message", "too-big"],
    ["Received too big message, or other inflation error", "too-big"],
    ["WebSocket timed out from inactivity", "timeout"],
    ["Received invalid UTF-8", "protocol"],
    ["Received invalid WebSocket frame", "protocol"],
    ["Received invalid close payload", "protocol"],
    ["Received TCP FIN before WebSocket close frame", "peer"],
    ["", "peer"],
    ["something a later engine may say", "peer"],
  ])("names the cause of a forced close: %j is %s", (text, cause) => {
    expect(toCloseEvent(1006, bytesOf(text), undefined)).toEqual({
      code: 1006,
      reason: "",
      wasClean: false,
      cause,
    });
  });

  it.each([
    [1000, "", "a close frame"],
    [1005, "", "a close frame without a code"],
    [4100, "bis bald 🛞", "a close frame with a reason"],
    // The text of a peer is never taken for the engine's.
    [1000, "WebSocket timed out from inactivity", "a peer that imitates the engine"],
  ])("passes on what the peer sent: %i %j, %s", (code, reason) => {
    const event = { code, reason, wasClean: true, cause: "peer" };
    expect(toCloseEvent(code, bytesOf(reason), undefined)).toEqual(event);
  });

  it("reports how we ended the connection, whatever the engine says", () => {
    expect(toCloseEvent(1006, bytesOf("x"), Disconnects.RateLimited)).toEqual({
      code: 4002,
      reason: "rate limited",
      wasClean: true,
      cause: "policy",
    });
  });

  it("reports that we cut the connection as not clean", () => {
    const ending = { code: 1006, reason: "", cause: "server" } as const;
    expect(toCloseEvent(1006, bytesOf(""), ending)).toEqual({ ...ending, wasClean: false });
  });
});
