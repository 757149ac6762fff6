import { describe, expect, it } from "vitest";
import { type CatalogueEntry, type ErrorCode, errorCatalogue } from "./error-catalogue.ts";
import { describeError, messageOf, toError, WindlassError } from "./errors.ts";

const entries = Object.entries(errorCatalogue) as [ErrorCode, CatalogueEntry][];

describe("the error catalogue", () => {
  it.each(entries)("%s is a sentence whose placeholders are all filled", (code, entry) => {
    const names = [...entry.message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    const details = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
    const message = describeError(code, details as never);
    expect(message).not.toMatch(/[{}]/);
    for (const name of names) expect(message).toContain(`<${name}>`);
    expect(message).toMatch(/[.)]$/);
  });

  it.each(entries.filter(([, { status }]) => status !== undefined))(
    "%s answers with an error status and without values, which would reach the client",
    (code, entry) => {
      expect(entry.status).toBeGreaterThanOrEqual(400);
      expect(entry.status).toBeLessThan(600);
      expect(entry.message).not.toContain("{");
      expect(code).toMatch(/^ERR_[A-Z_]+$/);
    },
  );
});

describe("WindlassError", () => {
  it("has the code, the details, a readable message and the cause", () => {
    const cause = new Error("inside");
    const error = new WindlassError("ERR_CLOSE_CODE_INVALID", { seen: "1006" }, { cause });
    expect(error).toMatchObject({ name: "WindlassError", code: "ERR_CLOSE_CODE_INVALID", cause });
    expect(error.details).toEqual({ seen: "1006" });
    expect(error.message).toContain("The close code 1006 cannot be sent");
    expect(error.status).toBeUndefined();
    expect(new WindlassError("ERR_HOST_REFUSED", {}).status).toBe(404);
  });

  it("puts values in as they are, also those that look like a replacement pattern", () => {
    const details = { pattern: "$&{problem}", problem: "$1" };
    const { message } = new WindlassError("ERR_ROUTE_PATTERN_INVALID", details);
    expect(message).toContain('"$&{problem}" is not valid: $1.');
  });
});

describe("toError and messageOf", () => {
  it("leave an Error as it is", () => {
    const error = new RangeError("x");
    expect(toError(error)).toBe(error);
    expect(messageOf(error)).toBe("x");
  });

  it.each([
    ["a string", "lost", "lost"],
    ["undefined", undefined, "undefined"],
    ["a symbol", Symbol("lost"), "Symbol(lost)"],
    ["an object", { code: 7 }, "[object Object]"],
  ])("make an Error of %s", (_name, thrown, message) => {
    expect(toError(thrown)).toMatchObject({ message, cause: thrown });
    expect(messageOf(thrown)).toBe(message);
  });

  it.each([
    ["has no prototype", Object.create(null)],
    [
      "fails to describe itself",
      {
        toString() {
          throw new Error("never");
        },
      },
    ],
    ["is a revoked proxy", revokedProxy()],
  ])("do not fail for a value that %s", (_name, thrown) => {
    expect(toError(thrown)).toBeInstanceOf(Error);
    expect(messageOf(thrown)).not.toBe("");
  });
});

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
