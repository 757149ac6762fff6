/** What a contract suite needs of a test runner; vitest and node:test both are one. */
export interface ContractRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: ContractTest;
}

/** Declares one test; `skip` declares one that is shown but not run. */
export interface ContractTest {
  (name: string, body: () => void | Promise<void>): unknown;
  readonly skip: (name: string, body: () => void | Promise<void>) => unknown;
}

/** Cases of a suite that an implementation does not fulfil, and why. */
export interface ContractExemption {
  readonly reason: string;
  /** Names of the cases as the suite shows them. */
  readonly cases: readonly string[];
}

/** One obligation: a sentence about behaviour, and the proof. */
export type ContractCase<Subject> = readonly [
  name: string,
  prove: (subject: Subject) => void | Promise<void>,
];

/** Declares the cases of a suite, skipping those that are exempt by name. */
export function declareCases<Subject>(
  cases: readonly ContractCase<Subject>[],
  subject: Subject,
  { it }: ContractRunner,
  exemptions: readonly ContractExemption[] = [],
): void {
  const reasons = new Map(
    exemptions.flatMap((exempt) => exempt.cases.map((name) => [name, exempt.reason] as const)),
  );
  for (const [name, prove] of cases) {
    const reason = reasons.get(name);
    reasons.delete(name);
    if (reason === undefined) it(name, () => prove(subject));
    else it.skip(`${name} (${reason})`, () => prove(subject));
  }
  for (const name of reasons.keys()) {
    // An exemption that exempts nothing would hide that its case was renamed.
    throw new Error(`The contract suite has no case "${name}" to skip.`);
  }
}
