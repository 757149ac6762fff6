import { describe, expect, it } from "vitest";
import { checkClose, mayReconnect } from "./close-rules.ts";

describe("mayReconnect", () => {
  it.each([1001, 1002, 1005, 1006, 1008, 1009, 1011, 1012, 1013, 3000, 3999, 4000, 4499, 5000])(
    "lets a client come back after %i",
    (code) => expect(mayReconnect(code)).toBe(true),
  );

  it.each([1000, 4500, 4501, 4504, 4750, 4999])("ends it with %i", (code) =>
    expect(mayReconnect(code)).toBe(false),
  );
});

describe("checkClose", () => {
  it.each([undefined, 1000, 3000, 4999])("lets %s pass", (code) => {
    expect(() => checkClose(code, "done")).not.toThrow();
  });

  it.each([0, 999, 1001, 1006, 2999, 5000, Number.NaN])("refuses %s as the DOM does", (code) => {
    expect(() => checkClose(code, "")).toThrow(
      expect.objectContaining({ name: "InvalidAccessError" }),
    );
  });

  it("counts the bytes of a reason, not its letters", () => {
    expect(() => checkClose(1000, "a".repeat(123))).not.toThrow();
    expect(() => checkClose(1000, "é".repeat(61))).not.toThrow();
    expect(() => checkClose(1000, "é".repeat(62))).toThrow(
      expect.objectContaining({ name: "SyntaxError" }),
    );
  });
});
