import { describe, expect, it, vi } from "vitest";
import { accept, type Guard, type GuardContext, refuse, type Verdict } from "../contract/guard.ts";
import { createHandshake, type Handshake } from "../contract/handshake.ts";
import { HeaderList } from "../contract/header-list.ts";
import { allOf } from "./all-of.ts";

const refusal = refuse({ rule: "test", seen: "a", wanted: "b" });
const report = (rule: string) => refuse({ rule, seen: "a", wanted: "b" });

function handshake(): Handshake {
  const common = { path: "/", queryString: "", params: {}, host: "localhost", ip: "192.0.2.1" };
  return createHandshake({ ...common, headers: new HeaderList(), scheme: "ws", subprotocol: "" });
}

function context(): { context: GuardContext } {
  return { context: { signal: new AbortController().signal } };
}

/** A guard that answers with `answer` and writes its name to `released` when it is released. */
function guard(released: string[], name: string, answer: unknown): Guard {
  return {
    check: () => answer as Verdict,
    release: () => {
      released.push(name);
    },
  };
}

describe("allOf with synchronous guards", () => {
  it("accepts without guards", () => {
    expect(allOf().check(handshake(), context().context)).toBe(accept);
  });

  it("answers with the constant verdict, not a copy or a promise", () => {
    const all = allOf({ check: () => accept }, { check: () => accept });
    expect(all.check(handshake(), context().context)).toBe(accept);
  });

  it("does not look at the signal, which is made on demand", async () => {
    const signal = vi.fn();
    const lazy = {
      get signal(): AbortSignal {
        signal();
        return new AbortController().signal;
      },
    };
    await allOf({ check: () => accept }).check(handshake(), lazy);
    expect(signal).not.toHaveBeenCalled();
  });

  it("hands the handshake and the context to each guard", async () => {
    const check = vi.fn(() => accept);
    const given = handshake();
    const { context: ctx } = context();
    await allOf({ check }).check(given, ctx);
    expect(check).toHaveBeenCalledExactlyOnceWith(given, ctx);
  });

  it("stops at the first refusal and releases those before it in reverse order", () => {
    const released: string[] = [];
    const last = vi.fn(() => accept);
    const all = allOf(
      guard(released, "a", accept),
      guard(released, "b", { accepted: true }),
      guard(released, "refusing", refusal),
      { check: last },
    );
    expect(all.check(handshake(), context().context)).toEqual(refusal);
    expect(released).toEqual(["b", "a"]);
    expect(last).not.toHaveBeenCalled();
  });

  it("joins reports in order and takes the user of the last guard that has one", () => {
    const all = allOf(
      { check: () => ({ accepted: true, reports: [report("one")], user: { userId: "first" } }) },
      { check: () => accept },
      { check: () => ({ accepted: true, user: { userId: "second" } }) },
      { check: () => ({ accepted: true, reports: [report("two"), report("three")] }) },
    );
    const verdict = all.check(handshake(), context().context);
    expect(verdict).toEqual({
      accepted: true,
      reports: [report("one"), report("two"), report("three")],
      user: { userId: "second" },
    });
  });

  it.each([
    [undefined, "undefined"],
    [null, "null"],
    [true, "true"],
    ["secret", "a string"],
    [{}, "an object that is no verdict"],
    [{ accepted: "yes" }, "an object that is no verdict"],
  ])("throws a TypeError when a guard returns %o", (answer, described) => {
    const released: string[] = [];
    const all = allOf(guard(released, "a", accept), guard(released, "bad", answer));
    const check = () => all.check(handshake(), context().context);
    expect(check).toThrow(TypeError);
    expect(check).toThrow(`Guard 2 returned ${described} from check(); wanted accept or refuse(`);
    expect(released).toEqual(["a", "a"]);
  });

  it("names the class of a guard that returns nothing", () => {
    class Careless {
      check(): Verdict {
        return undefined as unknown as Verdict;
      }
    }
    expect(() => allOf(new Careless()).check(handshake(), context().context)).toThrow(
      "Guard 1 (Careless) returned undefined",
    );
  });

  it("releases those before a guard that throws and passes the error on", () => {
    const released: string[] = [];
    const error = new Error("broken");
    const all = allOf(guard(released, "a", accept), {
      check: () => {
        throw error;
      },
    });
    expect(() => all.check(handshake(), context().context)).toThrow(error);
    expect(released).toEqual(["a"]);
  });
});

describe("allOf release", () => {
  it("releases all guards in reverse, once each", async () => {
    const released: string[] = [];
    const all = allOf(
      guard(released, "a", accept),
      { check: () => accept },
      guard(released, "c", accept),
    );
    const given = handshake();
    await all.check(given, context().context);
    all.release?.(given);
    expect(released).toEqual(["c", "a"]);
  });

  it("releases the others when one throws, and throws its error afterwards", () => {
    const released: string[] = [];
    const error = new Error("broken");
    const throwing: Guard = {
      check: () => accept,
      release: () => {
        throw error;
      },
    };
    const all = allOf(guard(released, "a", accept), throwing, guard(released, "c", accept));
    expect(() => all.release?.(handshake())).toThrow(error);
    expect(released).toEqual(["c", "a"]);
  });

  it("throws an AggregateError when several throw", () => {
    const throwing: Guard = {
      check: () => accept,
      release: () => {
        throw new Error("broken");
      },
    };
    expect(() => allOf(throwing, throwing).release?.(handshake())).toThrow(AggregateError);
  });

  it("releases nested guards in reverse", async () => {
    const released: string[] = [];
    const inner = allOf(guard(released, "a", accept), guard(released, "b", accept));
    const all = allOf(inner, guard(released, "c", accept), guard(released, "refusing", refusal));
    await all.check(handshake(), context().context);
    expect(released).toEqual(["c", "b", "a"]);
  });
});
