import type { MaybePromise } from "../contract/maybe-promise.ts";
import type { PresenceStore } from "../contract/presence.ts";
import { type ContractRunner, declareCases } from "./contract-runner.ts";
import { presenceCases } from "./presence-cases.ts";
import { presenceClusterCases, presenceDeathCases } from "./presence-cluster-cases.ts";
import { presenceLeftoverCases, presenceLeftoverClusterCases } from "./presence-leftover-cases.ts";
import { presenceLimitCases, presenceLimitClusterCases } from "./presence-limit-cases.ts";
import { presenceModelCase } from "./presence-model.ts";
import { Stage, type StageFactory, type StageOptions } from "./stage.ts";

/** What differs between presence stores. */
export interface PresenceSuiteOptions<Subject extends PresenceStore = PresenceStore>
  extends StageOptions<Subject> {
  /**
   * Ends a node as a crash would, without telling the others; the suite does not close it then. Its
   * connections must have left 4 seconds later. Without it, or without `join`, the cases about dead
   * nodes are left out.
   */
  kill?(node: Subject): MaybePromise<void>;
  /** How many random sequences of calls are compared with a model. Default: 10. */
  readonly runs?: number;
  /** Where the random sequences begin, to repeat one that failed. Default: a random number. */
  readonly seed?: number;
}

/** Makes a store that nobody has used yet and that is empty; the suite opens and closes it. */
export type PresenceFactory<Subject extends PresenceStore = PresenceStore> =
  () => MaybePromise<Subject>;

/** Tests every obligation of the `PresenceStore` interface. */
export function describePresence<Subject extends PresenceStore>(
  name: string,
  create: PresenceFactory<Subject>,
  runner: ContractRunner,
  options: PresenceSuiteOptions<Subject> = {},
): void {
  const { join, kill, leftovers, runs = 10, seed } = options;
  runner.describe(`${name} as a presence store`, () => {
    const all = [...presenceCases, ...presenceLimitCases];
    if (join !== undefined) all.push(...presenceClusterCases, ...presenceLimitClusterCases);
    if (leftovers !== undefined) all.push(...presenceLeftoverCases);
    if (leftovers !== undefined && join !== undefined) all.push(...presenceLeftoverClusterCases);
    all.push(presenceModelCase({ runs, seed, nodes: join === undefined ? 1 : 2 }));
    const deaths =
      join === undefined || kill === undefined
        ? []
        : presenceDeathCases<Subject>((node) => options.kill?.(node));
    const stage: StageFactory<Subject> = () => new Stage(create, options);
    declareCases<StageFactory<Subject>>([...all, ...deaths], stage, runner, options.skip);
  });
}
