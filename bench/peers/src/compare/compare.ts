import { BenchError } from "@windlass/bench";
import { findBun } from "./bun-binary.ts";
import { describeMachine, describeVersions } from "./environment.ts";
import { chooseByName, choosePeers, type Peer, participants, peers } from "./peers.ts";
import { pin } from "./pinning.ts";
import type { Comparison } from "./result.ts";
import { runComparison } from "./run-comparison.ts";
import { fullExtent, type PeerScenario, quickExtent, scenarios } from "./scenarios.ts";

/** What `compare` was asked for. */
export interface CompareOptions {
  readonly quick: boolean;
  /** Default: 7, or 3 in quick. */
  readonly rounds?: number;
  /** Names of scenarios. Default: all. */
  readonly only?: readonly string[];
  /** Names of servers. Default: all. */
  readonly servers?: readonly string[];
}

const fullRounds = 7;
const quickRounds = 3;

/** Quick is quick on a slow machine, too: what is left of 5 minutes is for building and the last steps. */
const quickBudgetSeconds = 275;

/**
 * Measures the servers, which must be built, side by side, and sums up.
 *
 * @param say is told of progress, line by line
 * @throws BenchError (as a rejection) for an unknown name, and when there is nothing to measure
 */
export async function compare(
  options: CompareOptions,
  say: (line: string) => void,
): Promise<Comparison> {
  const startedAt = new Date().toISOString();
  const { present, absent } = withoutMissing(choosePeersOf(options));
  const chosen = withParticipants(chooseScenarios(options), present);
  const rounds = options.rounds ?? (options.quick ? quickRounds : fullRounds);
  const pinning = pin();
  const once = "Quick: memory is measured in one round.";
  const notes = [pinning.note, ...absent, ...(options.quick ? [once] : [])];
  for (const note of notes) say(note);
  const results = await runComparison(
    {
      scenarios: chosen,
      peers: present,
      rounds,
      extent: options.quick ? quickExtent : fullExtent,
      freshEachRound: !options.quick,
      serverPrefix: pinning.serverPrefix,
      ...(options.quick && options.rounds === undefined && { budgetSeconds: quickBudgetSeconds }),
    },
    say,
  );
  const names = present.map(({ name }) => name);
  return {
    startedAt,
    command: commandOf(options),
    machine: describeMachine(),
    versions: describeVersions(),
    quick: options.quick,
    rounds,
    notes: [...notes, ...results.notes],
    failures: results.failures,
    scenarios: Object.fromEntries(
      chosen.map((scenario) => [scenario.name, results.scenarioResult(scenario, names)]),
    ),
  };
}

/** Whether nothing was left out by choice, so that the result may stand in the documentation. */
export function isComplete({ quick, rounds, only, servers }: CompareOptions): boolean {
  const hasRounds = rounds === undefined || rounds >= fullRounds;
  return !quick && hasRounds && only === undefined && servers === undefined;
}

/** What repeats the comparison, without names of files. */
export function commandOf({ quick, rounds, only, servers }: CompareOptions): string {
  return [
    "npx pnpm@10 bench compare",
    quick && "--quick",
    only !== undefined && `--only ${only.join(",")}`,
    servers !== undefined && `--servers ${servers.join(",")}`,
    rounds !== undefined && `--rounds ${rounds}`,
  ]
    .filter((part) => part !== false)
    .join(" ");
}

function chooseScenarios({ only }: CompareOptions): readonly PeerScenario[] {
  return only === undefined ? scenarios : chooseByName("scenario", scenarios, only);
}

/**
 * The scenarios that some of these servers take part in.
 *
 * @throws BenchError when there is none
 */
export function withParticipants(
  wanted: readonly PeerScenario[],
  present: readonly Peer[],
): readonly PeerScenario[] {
  const chosen = wanted.filter(({ name }) => participants(present, name).length > 0);
  if (chosen.length > 0) return chosen;
  const servers = present.map(({ name }) => name).join(", ");
  throw new BenchError(
    `There is nothing to measure: of ${servers || "no servers"}, none takes part in ${wanted.map(({ name }) => name).join(", ")}. Choose others with --servers or --only.`,
  );
}

function choosePeersOf({ servers }: CompareOptions): readonly Peer[] {
  return servers === undefined ? peers : choosePeers(servers);
}

function withoutMissing(wanted: readonly Peer[]): {
  readonly present: readonly Peer[];
  /** Sentences about those that are not. */
  readonly absent: readonly string[];
} {
  if (!wanted.some(({ runtime }) => runtime === "bun") || findBun() !== undefined) {
    return { present: wanted, absent: [] };
  }
  return {
    present: wanted.filter(({ runtime }) => runtime !== "bun"),
    absent: ["Bun is left out: its package has no binary for this platform."],
  };
}
