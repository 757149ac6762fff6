import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderList } from "./header-list.ts";

/** Few names, so that they repeat; `set-cookie`, which Headers treats apart, is no request header. */
const name = fc.constantFrom("cookie", "x-forwarded-for", "accept", "origin", "x-a", "x-b");
/** Headers trims values; what comes from a request is trimmed already. */
const value = fc.stringMatching(/^[!-~]([ -~]{0,8}[!-~])?$/);

describe("HeaderList", () => {
  it("answers as the global Headers does", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 20 }), (fields) => {
        const [ours, theirs] = [new HeaderList(), new Headers()];
        for (const [key, content] of fields) {
          ours.append(key, content);
          theirs.append(key, content);
        }
        for (const key of ["cookie", "X-Forwarded-For", "ACCEPT", "origin", "x-a", "none"]) {
          expect(ours.get(key)).toBe(theirs.get(key));
          expect(ours.has(key)).toBe(theirs.has(key));
        }
        // Headers sorts by name, this list keeps the order of the request.
        expect([...ours].sort(byName)).toEqual([...theirs].sort(byName));
        expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
        expect([...ours.values()].sort()).toEqual([...theirs.values()].sort());
      }),
    );
  });

  it("is not confused by a value that looks like a name", () => {
    const headers = new HeaderList();
    headers.append("x-a", "origin");
    expect(headers.has("origin")).toBe(false);
    expect(headers.get("origin")).toBeNull();
  });

  it("keeps the order of the request", () => {
    const headers = new HeaderList();
    for (const key of ["host", "cookie", "accept"]) headers.append(key, key);
    expect([...headers.keys()]).toEqual(["host", "cookie", "accept"]);
  });
});

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
