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

function context(): { controller: AbortController; context: GuardContext } {
  const controller = new AbortController();
  return { controller, context: { signal: controller.signal } };
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

function deferred<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (e: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe("allOf with asynchronous guards", () => {
  it("runs the later guards after the promise, in order, and merges what they say", async () => {
    const pending = deferred<Verdict>();
    const later = vi.fn(() => ({ accepted: true, reports: [report("later")] }) as const);
    const all = allOf({ check: () => pending.promise }, { check: later });
    const verdict = all.check(handshake(), context().context);
    expect(verdict).toBeInstanceOf(Promise);
    expect(later).not.toHaveBeenCalled();
    pending.resolve({ accepted: true, user: { userId: "7" } });
    expect(await verdict).toEqual({
      accepted: true,
      user: { userId: "7" },
      reports: [report("later")],
    });
  });

  it("releases those before when a later guard refuses", async () => {
    const released: string[] = [];
    const all = allOf(
      guard(released, "a", Promise.resolve(accept)),
      guard(released, "b", Promise.resolve(accept)),
      guard(released, "refusing", Promise.resolve(refusal)),
    );
    expect(await all.check(handshake(), context().context)).toEqual(refusal);
    expect(released).toEqual(["b", "a"]);
  });

  it("releases those before when a promise rejects and passes the error on", async () => {
    const released: string[] = [];
    const all = allOf(
      guard(released, "a", accept),
      guard(released, "bad", Promise.reject(new Error("broken"))),
    );
    await expect(all.check(handshake(), context().context)).rejects.toThrow("broken");
    expect(released).toEqual(["a"]);
  });

  it("rejects when a promise resolves to no verdict", async () => {
    const released: string[] = [];
    const all = allOf(guard(released, "a", accept), guard(released, "bad", Promise.resolve(true)));
    await expect(all.check(handshake(), context().context)).rejects.toThrow(
      "Guard 2 returned true",
    );
    expect(released).toEqual(["a"]);
  });

  it("rejects when a synchronous guard behind an asynchronous one throws", async () => {
    const released: string[] = [];
    const all = allOf(guard(released, "a", Promise.resolve(accept)), {
      check: () => {
        throw new Error("broken");
      },
    });
    await expect(all.check(handshake(), context().context)).rejects.toThrow("broken");
    expect(released).toEqual(["a"]);
  });

  it("takes its listener off the signal", async () => {
    const { controller, context: ctx } = context();
    const remove = vi.spyOn(controller.signal, "removeEventListener");
    await allOf({ check: async () => accept }).check(handshake(), ctx);
    expect(remove).toHaveBeenCalledOnce();
  });
});

describe("allOf when the client goes away", () => {
  it("releases the accepted guards at once and refuses with the rule aborted", async () => {
    const released: string[] = [];
    const { controller, context: ctx } = context();
    const pending = deferred<Verdict>();
    const next = vi.fn(() => accept);
    const all = allOf(
      guard(released, "a", accept),
      guard(released, "b", accept),
      guard(released, "pending", pending.promise),
      { check: next },
    );
    const verdict = all.check(handshake(), ctx);
    controller.abort();
    expect(released).toEqual(["b", "a"]);
    expect(await verdict).toMatchObject({ accepted: false, rule: "aborted", status: 503 });

    pending.resolve(accept);
    await pending.promise;
    expect(released).toEqual(["b", "a", "pending"]);
    expect(next).not.toHaveBeenCalled();
  });

  it("does not release a pending guard that refuses later", async () => {
    const released: string[] = [];
    const { controller, context: ctx } = context();
    const pending = deferred<Verdict>();
    const all = allOf(guard(released, "a", accept), guard(released, "pending", pending.promise));
    const verdict = all.check(handshake(), ctx);
    controller.abort();
    pending.resolve(refusal);
    await verdict;
    expect(released).toEqual(["a"]);
  });

  it("swallows a late rejection", async () => {
    const { controller, context: ctx } = context();
    const pending = deferred<Verdict>();
    const verdict = allOf({ check: () => pending.promise }).check(handshake(), ctx);
    controller.abort();
    pending.reject(new Error("aborted as told"));
    // An unhandled rejection would fail the test run.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await verdict).toMatchObject({ rule: "aborted" });
  });

  it("does not wait for a guard when the signal has aborted before", async () => {
    const released: string[] = [];
    const { controller, context: ctx } = context();
    controller.abort();
    const pending = deferred<Verdict>();
    const all = allOf(guard(released, "a", accept), { check: () => pending.promise });
    expect(await all.check(handshake(), ctx)).toMatchObject({ rule: "aborted" });
    expect(released).toEqual(["a"]);
  });

  it("releases each guard once when nested", async () => {
    const released: string[] = [];
    const { controller, context: ctx } = context();
    const pending = deferred<Verdict>();
    const inner = allOf(guard(released, "b", accept), guard(released, "c", pending.promise));
    const verdict = allOf(guard(released, "a", accept), inner).check(handshake(), ctx);
    controller.abort();
    pending.resolve(accept);
    expect(await verdict).toMatchObject({ rule: "aborted" });
    expect(released.toSorted()).toEqual(["a", "b", "c"]);
  });
});
