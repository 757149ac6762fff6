import { expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";

const names = ["messageBytes", "inFlight", "duration", "connections", "connectTimeout", "rate"];

it.each([
  ["mesageBytes", "messageBytes"],
  ["message-bytes", "messageBytes"],
  ["message_bytes", "messageBytes"],
  ["durationMs", "duration"],
  ["inflight", "inFlight"],
  ["bytes", "messageBytes"],
  ["timeout", "connectTimeout"],
  ["conections", "connections"],
  ["ratee", "rate"],
])("takes %s for %s", (seen, meant) => {
  expect(nearestName(seen, names)).toBe(meant);
});

it.each(["clients", "x", "verbose", "te"])("does not guess what %s means", (seen) => {
  expect(nearestName(seen, names)).toBeUndefined();
});
