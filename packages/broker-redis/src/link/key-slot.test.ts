import { expect, test } from "vitest";
import { slotOf } from "./key-slot.ts";

test("finds the slots that Redis has", () => {
  // From the cluster specification, and from CLUSTER KEYSLOT of Redis 7.0.
  expect(slotOf("123456789")).toBe(0x31c3);
  expect(slotOf("foo")).toBe(12_182);
  expect(slotOf("user1000")).toBe(3_443);
  expect(slotOf("")).toBe(0);
});
