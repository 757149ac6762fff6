import { expect, it } from "vitest";
import type { ContractRunner } from "./contract-runner.ts";
import { failuresOf } from "./failures-of.ts";

/** What is wrong with an implementation: methods instead of its own, which are handed over. */
export type Fault<Subject> = (right: Subject) => Partial<Subject>;

/** A right implementation with a fault. */
export function spoiled<Subject extends object>(subject: Subject, fault: Fault<Subject>): Subject {
  const right = Object.create(subject);
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(subject))) {
    const value: unknown = Reflect.get(subject, name);
    if (typeof value === "function") right[name] = value.bind(subject);
  }
  return Object.assign(subject, fault(right));
}

/**
 * Tests of a suite: a right implementation passes it, each fault fails it, and each of its cases is
 * failed by a fault that does not fail most of the others, too.
 */
export function itFindsFaults<Subject>(
  declare: (fault: Fault<Subject>, runner: ContractRunner) => void,
  faults: Readonly<Record<string, Fault<Subject>>>,
): void {
  const all = namesOf((runner) => declare(() => ({}), runner));
  const failed = new Set<string>();
  const failures = (fault: Fault<Subject>): Promise<string[]> =>
    failuresOf((runner) => declare(fault, runner));

  it("is right", async () => {
    expect(await failures(() => ({}))).toEqual([]);
  });

  it.each(Object.entries(faults))("%s", async (_name, fault) => {
    const names = await failures(fault);
    expect(names).not.toEqual([]);
    if (names.length > all.length / 3) return;
    for (const name of names) failed.add(name);
  });

  it("fails any of its cases", () => {
    expect(all.filter((name) => !failed.has(name))).toEqual([]);
  });
}

function namesOf(declare: (runner: ContractRunner) => void): string[] {
  const names: string[] = [];
  const add = (name: string): void => void names.push(name);
  declare({ describe: (_name, body) => body(), it: Object.assign(add, { skip: () => {} }) });
  return names;
}
