import { basePeerName } from "./peers.ts";
import type { RoundFigures, ScenarioResult, ServerResult } from "./result.ts";
import type { PeerScenario } from "./scenarios.ts";
import { summarise } from "./summarise.ts";

/** Gathers measurements as they come. */
export class Results {
  readonly failures: string[] = [];
  readonly #leftOut: string[] = [];
  readonly #rounds = new Map<string, RoundFigures[]>();

  add(scenario: string, server: string, figures: RoundFigures): void {
    const key = keyOf(scenario, server);
    const rounds = this.#rounds.get(key);
    if (rounds === undefined) this.#rounds.set(key, [figures]);
    else rounds.push(figures);
  }

  fail(sentence: string): void {
    this.failures.push(sentence);
  }

  leaveOut(rounds: string): void {
    this.#leftOut.push(rounds);
  }

  /** What went otherwise than planned without being a failure. Sentences. */
  get notes(): readonly string[] {
    if (this.#leftOut.length === 0) return [];
    return [`This machine is slow or busy; rounds left out: ${this.#leftOut.join(", ")}.`];
  }

  /** A server without a single measurement is left out; `failures` says why. */
  scenarioResult(scenario: PeerScenario, servers: readonly string[]): ScenarioResult {
    const { name, description, mainFigure, unit } = scenario;
    const base = this.#of(name, basePeerName);
    const results: Record<string, ServerResult> = {};
    for (const server of servers) {
      const rounds = this.#of(name, server);
      if (rounds.length > 0) results[server] = summarise(rounds, base, mainFigure);
    }
    return { description, mainFigure, unit, servers: results };
  }

  #of(scenario: string, server: string): readonly RoundFigures[] {
    return this.#rounds.get(keyOf(scenario, server)) ?? [];
  }
}

function keyOf(scenario: string, server: string): string {
  return `${scenario} ${server}`;
}
