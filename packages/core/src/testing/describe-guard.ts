import assert from "node:assert/strict";
import { errorCatalogue, type RefusalCode } from "../contract/error-catalogue.ts";
import type { Guard, Refusal, Verdict } from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { isPromiseLike, type MaybePromise } from "../contract/maybe-promise.ts";
import { type ContractCase, type ContractRunner, declareCases } from "./contract-runner.ts";
import { createInMemoryHandshake, type InMemoryRequest } from "./in-memory-handshake.ts";

/** A request that a guard refuses. */
export interface RefusedRequest {
  readonly request: InMemoryRequest;
  /** The rule that the refusal must name. */
  readonly rule: string;
  /** The code it must have. Default: any. */
  readonly code?: RefusalCode;
}

/** What a guard is expected to do. */
export interface GuardCases {
  /** Makes a guard that has not seen a handshake. */
  readonly create: () => Guard;
  /** At least one. */
  readonly accepts: readonly InMemoryRequest[];
  readonly refuses: readonly RefusedRequest[];
  /** Whether `check` returns promises. Default: false. */
  readonly isAsync?: boolean;
  /** For guards that count: how many of the first of `accepts` fit at once. Default: it does not count. */
  readonly limit?: number;
}

/** Tests every obligation of the `Guard` interface, with the guard's own cases. */
export function describeGuard(name: string, cases: GuardCases, runner: ContractRunner): void {
  runner.describe(`${name} as a guard`, () => {
    const counting = cases.limit === undefined ? [] : countingCases(cases.limit);
    declareCases([...commonCases, ...counting], cases, runner);
  });
}

const commonCases: readonly ContractCase<GuardCases>[] = [
  [
    "accepts what it must accept, with a verdict",
    async ({ create, accepts }) => {
      assert.notEqual(accepts.length, 0, "the suite needs a request that is accepted");
      for (const request of accepts) {
        const verdict = await check(create(), createInMemoryHandshake(request));
        assertVerdict(verdict);
        assert.ok(verdict.accepted, `refused ${JSON.stringify(request)}: ${describe(verdict)}`);
      }
    },
  ],
  [
    "refuses what it must refuse, naming the rule, what it saw and what it wanted",
    async ({ create, refuses }) => {
      for (const { request, rule, code } of refuses) {
        const verdict = await check(create(), createInMemoryHandshake(request));
        assertVerdict(verdict);
        assert.ok(!verdict.accepted, `accepted ${JSON.stringify(request)}`);
        assert.equal(verdict.rule, rule);
        if (code !== undefined) assert.equal(verdict.code, code);
      }
    },
  ],
  [
    "answers in the same way each time: at once, unless it is asynchronous",
    async ({ create, accepts, refuses, isAsync = false }) => {
      for (const request of [...accepts, ...refuses.map((refused) => refused.request)]) {
        const answer = check(create(), createInMemoryHandshake(request));
        assert.equal(isPromiseLike(answer), isAsync, "isAsync says whether check() is");
        await answer;
      }
    },
  ],
  [
    "answers a request in the same way when asked again after release",
    async ({ create, accepts, refuses }) => {
      const guard = create();
      for (const request of [...accepts, ...refuses.map((refused) => refused.request)]) {
        const handshake = createInMemoryHandshake(request);
        const first = await check(guard, handshake);
        if (first.accepted) guard.release?.(handshake);
        const second = await check(guard, handshake);
        if (second.accepted) guard.release?.(handshake);
        assert.deepEqual(second, first);
      }
    },
  ],
  [
    "does not fail when a handshake is released that it never saw",
    async ({ create, accepts }) => {
      const guard = create();
      guard.release?.(createInMemoryHandshake(accepts[0]));
      for (const request of accepts) {
        const handshake = createInMemoryHandshake(request);
        assert.ok((await check(guard, handshake)).accepted);
        guard.release?.(handshake);
      }
    },
  ],
];

function countingCases(limit: number): readonly ContractCase<GuardCases>[] {
  return [
    [
      "counts what it accepted and gives the places back",
      async ({ create, accepts }) => {
        const guard = create();
        for (const _ of [1, 2, 3]) {
          const held = await fill(guard, accepts[0], limit);
          // Refused handshakes are not counted, so asking again and again changes nothing.
          for (const _again of [1, 2, 3]) await assertFull(guard, accepts[0]);
          for (const handshake of held) guard.release?.(handshake);
        }
      },
    ],
    [
      "keeps no place for what it refused",
      async ({ create, accepts, refuses }) => {
        const guard = create();
        for (const { request } of refuses) {
          const attempts = Array.from({ length: limit + 1 }, () => request);
          for (const attempt of attempts) await check(guard, createInMemoryHandshake(attempt));
        }
        await fill(guard, accepts[0], limit);
      },
    ],
    [
      "gives back one place for one release",
      async ({ create, accepts }) => {
        const guard = create();
        const [first] = await fill(guard, accepts[0], limit);
        assert.ok(first !== undefined);
        guard.release?.(first);
        await fill(guard, accepts[0], 1);
        await assertFull(guard, accepts[0]);
      },
    ],
    [
      "has no more places after releases of handshakes that it never saw",
      async ({ create, accepts }) => {
        const guard = create();
        for (const _ of [1, 2, 3]) guard.release?.(createInMemoryHandshake(accepts[0]));
        await fill(guard, accepts[0], limit);
        await assertFull(guard, accepts[0]);
      },
    ],
  ];
}

async function fill(
  guard: Guard,
  request: InMemoryRequest | undefined,
  count: number,
): Promise<readonly Handshake[]> {
  const handshakes = Array.from({ length: count }, () => createInMemoryHandshake(request));
  for (const [index, handshake] of handshakes.entries()) {
    const verdict = await check(guard, handshake);
    assert.ok(verdict.accepted, `handshake ${index + 1} was refused: ${describe(verdict)}`);
  }
  return handshakes;
}

async function assertFull(guard: Guard, request: InMemoryRequest | undefined): Promise<void> {
  const verdict = await check(guard, createInMemoryHandshake(request));
  assertVerdict(verdict);
  assert.ok(!verdict.accepted, "accepted more than its limit");
}

function check(guard: Guard, handshake: Handshake): MaybePromise<Verdict> {
  return guard.check(handshake, { signal: new AbortController().signal });
}

function assertVerdict(verdict: Verdict): void {
  if (!verdict.accepted) {
    assertRefusal(verdict);
    return;
  }
  assert.equal(verdict.accepted, true, "accepted must be true or false, not something like it");
  for (const report of verdict.reports ?? []) assertRefusal(report);
  if (verdict.user !== undefined) assert.equal(typeof verdict.user.userId, "string");
}

function assertRefusal(refusal: Refusal): void {
  assert.equal(refusal.accepted, false, "accepted must be true or false, not something like it");
  assert.ok(Object.hasOwn(errorCatalogue, refusal.code), `${refusal.code} is in no catalogue`);
  assert.ok(Number.isInteger(refusal.status) && refusal.status >= 400 && refusal.status <= 599);
  for (const member of ["rule", "seen", "wanted"] as const) {
    assert.equal(typeof refusal[member], "string");
    assert.notEqual(refusal[member], "", `an empty "${member}" explains nothing`);
  }
  for (const [name, value] of Object.entries(refusal.headers ?? {})) {
    // Throws for names and values that would break the response apart.
    new Headers().set(name, value);
  }
}

function describe(verdict: Verdict): string {
  if (verdict.accepted) return "accepted";
  return `${verdict.rule} saw "${verdict.seen}", wanted "${verdict.wanted}"`;
}
