import { BenchError } from "@windlass/bench";
import { Fleet } from "./fleet.ts";
import { Interruption } from "./interruption.ts";
import { measure } from "./measure.ts";
import { orderOfRound } from "./order.ts";
import { type Peer, participants } from "./peers.ts";
import { formatSeconds, RemainingTime } from "./remaining-time.ts";
import type { RoundFigures } from "./result.ts";
import { Results } from "./results.ts";
import { type Extent, expectedSeconds, type PeerScenario } from "./scenarios.ts";

/** What is measured, and how. */
export interface Plan {
  readonly scenarios: readonly PeerScenario[];
  readonly peers: readonly Peer[];
  readonly rounds: number;
  readonly extent: Extent;
  /** New processes in each round: the differences between two starts of one program average out. */
  readonly freshEachRound: boolean;
  /** In front of the command of each server. */
  readonly serverPrefix: readonly string[];
  /** When this is not enough, rounds are left out, but the first of each scenario. Default: no limit. */
  readonly budgetSeconds?: number;
}

/**
 * Runs everything, one measurement at a time; a measurement that fails is a failure in the results.
 *
 * @throws BenchError (as a rejection) when this process is asked to end
 */
export async function runComparison(plan: Plan, say: (line: string) => void): Promise<Results> {
  const run = new ComparisonRun(plan, say);
  try {
    for (const scenario of plan.scenarios) await run.scenario(scenario);
    return run.results;
  } finally {
    await run.end();
  }
}

class ComparisonRun {
  readonly results = new Results();
  readonly #plan: Plan;
  readonly #fleet: Fleet;
  readonly #say: (line: string) => void;
  readonly #interruption = new Interruption();
  readonly #time: RemainingTime;

  constructor(plan: Plan, say: (line: string) => void) {
    this.#plan = plan;
    this.#fleet = new Fleet("built", plan.serverPrefix);
    this.#say = say;
    const steps = plan.scenarios.map((scenario) =>
      this.#secondsOf(scenario, this.#roundsOf(scenario)),
    );
    this.#time = new RemainingTime(steps.reduce((sum, seconds) => sum + seconds, 0));
  }

  async end(): Promise<void> {
    this.#interruption.end();
    await this.#fleet.stopAll();
  }

  async scenario(scenario: PeerScenario): Promise<void> {
    const { freshEachRound } = this.#plan;
    const rounds = this.#roundsOf(scenario);
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0 && this.#isShortOfTime()) {
        this.#leaveOut(scenario, rounds - round);
        break;
      }
      if (freshEachRound) await this.#fleet.stopAll();
      await this.#round(scenario, round);
    }
    await this.#fleet.stopAll();
  }

  async #round(scenario: PeerScenario, round: number): Promise<void> {
    const peers = this.#peersOf(scenario);
    // All are up, so that each is measured beside the same idle ones.
    if (!scenario.needsFreshServer) await this.#fleet.needAll(peers);
    for (const peer of orderOfRound(peers, round)) {
      if (scenario.needsFreshServer) await this.#fleet.stopAll();
      await this.#step(scenario, peer, round);
    }
  }

  async #step(scenario: PeerScenario, peer: Peer, round: number): Promise<void> {
    const place = `${scenario.name}, round ${round + 1} of ${this.#roundsOf(scenario)}, ${peer.name}`;
    const outcome = await this.#attempt(scenario, peer, round, place);
    this.#interruption.check();
    this.#time.stepDone(expectedSeconds(scenario, this.#plan.extent));
    this.#say(`${place}: ${outcome} (about ${formatSeconds(this.#time.left)} left)`);
  }

  async #attempt(
    scenario: PeerScenario,
    peer: Peer,
    round: number,
    place: string,
  ): Promise<string> {
    try {
      const running = await this.#fleet.need(peer);
      const { extent, freshEachRound } = this.#plan;
      const isWarm = round > 0 && !freshEachRound && !scenario.needsFreshServer;
      const { figures, failures } = await measure(running, scenario, { extent, round, isWarm });
      this.results.add(scenario.name, peer.name, figures);
      for (const failure of failures) this.results.fail(`${place}: ${failure}`);
      return failures[0] ?? describeFigures(figures, scenario);
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
      this.results.fail(`${place}: ${error.message}`);
      return error.message;
    }
  }

  #peersOf({ name }: PeerScenario): readonly Peer[] {
    return participants(this.#plan.peers, name);
  }

  #roundsOf({ needsFreshServer }: PeerScenario): number {
    const { rounds, extent } = this.#plan;
    return needsFreshServer ? Math.min(rounds, extent.memoryRounds ?? rounds) : rounds;
  }

  #isShortOfTime(): boolean {
    const { budgetSeconds } = this.#plan;
    return budgetSeconds !== undefined && this.#time.passed + this.#time.left > budgetSeconds;
  }

  #leaveOut(scenario: PeerScenario, rounds: number): void {
    this.#time.stepLeftOut(this.#secondsOf(scenario, rounds));
    this.results.leaveOut(`${scenario.name} (${rounds})`);
    this.#say(`${scenario.name}: no time for ${rounds} more rounds`);
  }

  #secondsOf(scenario: PeerScenario, rounds: number): number {
    return expectedSeconds(scenario, this.#plan.extent) * this.#peersOf(scenario).length * rounds;
  }
}

function describeFigures(figures: RoundFigures, { unit }: PeerScenario): string {
  const { rssPerConnectionBytes, cpuSecondsPerMillion } = figures;
  return rssPerConnectionBytes === undefined
    ? `${cpuSecondsPerMillion.toFixed(2)} µs of CPU per ${unit}`
    : `${(rssPerConnectionBytes / 1024).toFixed(2)} KiB per connection`;
}
