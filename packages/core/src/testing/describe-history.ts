import type { HistoryBroker } from "../contract/broker.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import { type ContractRunner, declareCases } from "./contract-runner.ts";
import { historyCases } from "./history-cases.ts";
import { historyClusterCases } from "./history-cluster-cases.ts";
import { historyExpiryCases, historyLeftoverCases } from "./history-expiry-cases.ts";
import { historyModelCase } from "./history-model.ts";
import { historyReopenCase } from "./history-reopen-case.ts";
import { historySinceCases } from "./history-since-cases.ts";
import { Stage, type StageFactory, type StageOptions } from "./stage.ts";

/** What differs between brokers with history. */
export interface HistorySuiteOptions<Subject extends HistoryBroker = HistoryBroker>
  extends StageOptions<Subject> {
  /**
   * Makes a broker on the store of one that was closed. Without it the case about what outlives a
   * process is left out.
   */
  reopen?(closed: Subject): MaybePromise<Subject>;
  /** How many random sequences of calls are compared with a model. Default: 10. */
  readonly runs?: number;
  /** Where the random sequences begin, to repeat one that failed. Default: a random number. */
  readonly seed?: number;
}

/** Makes a broker with a store of its own that nobody has used yet; the suite opens and closes it. */
export type HistoryBrokerFactory<Subject extends HistoryBroker = HistoryBroker> =
  () => MaybePromise<Subject>;

/** Tests what `HistoryBroker` demands besides `Broker`, whose suite is `describeBroker`. */
export function describeHistory<Subject extends HistoryBroker>(
  name: string,
  create: HistoryBrokerFactory<Subject>,
  runner: ContractRunner,
  options: HistorySuiteOptions<Subject> = {},
): void {
  const { join, leftovers, reopen, runs = 10, seed } = options;
  runner.describe(`${name} as a broker with history`, () => {
    const all = [...historyCases, ...historySinceCases, ...historyExpiryCases];
    if (join !== undefined) all.push(...historyClusterCases);
    if (leftovers !== undefined) all.push(...historyLeftoverCases);
    all.push(historyModelCase({ runs, seed, nodes: join === undefined ? 1 : 2 }));
    const stage: StageFactory<Subject> = () => new Stage(create, options);
    declareCases<StageFactory<Subject>>(
      reopen === undefined
        ? all
        : [...all, historyReopenCase((closed) => options.reopen?.(closed))],
      stage,
      runner,
      options.skip,
    );
  });
}
