import { BenchError } from "@windlass/bench";

/** A server of the comparison: a program in `src/servers` of the same name. */
export interface Peer {
  readonly name: string;
  /** As tables and plots call it. */
  readonly title: string;
  readonly runtime: "node" | "bun";
  /** How the generator speaks to it; `typed` is the module `src/servers/windlass-typed-adapter`. */
  readonly adapter: "plain" | "socket.io" | "typed";
  /** Names of the scenarios that it takes part in. Default: all but those that it sits out. */
  readonly scenarios?: readonly string[];
  /** Names of the scenarios that it sits out. Default: none. */
  readonly sitsOut?: readonly string[];
  /** What it is and how it does the work, in one sentence. */
  readonly description: string;
}

/** What the others are compared with. */
export const basePeerName = "raw-uws";

/** The peer whose factors to the others the page states. */
export const ownPeerName = "windlass";

/** The peer that parses and validates what the others only pass on. */
export const typedPeerName = "windlass-typed";

/** Where a typed message is compared with the same bytes, which the engine and others only pass on. */
const typedScenarios = ["echo-fields-1", "echo-fields-16"];

/** Where publications are kept, or go from node to node. */
const keptScenario = "publish-kept-100";

/** What those sit out that only keep publications, or send them between nodes. */
const ofTopics = ["broadcast-1000", keptScenario];

/** In the order of the tables. */
export const peers: readonly Peer[] = [
  {
    name: basePeerName,
    title: "raw uWebSockets.js",
    runtime: "node",
    adapter: "plain",
    description:
      "The engine that Windlass runs on, without anything: no guards, its own upgrade, native publish.",
  },
  {
    name: ownPeerName,
    title: "Windlass",
    runtime: "node",
    adapter: "plain",
    description:
      "Components on an `App` with default options: Host and Origin are checked, callbacks are contained and serialized.",
  },
  {
    name: "windlass-decorated",
    title: "Windlass, decorated",
    runtime: "node",
    adapter: "plain",
    sitsOut: [...typedScenarios, keptScenario],
    description: "The same components inside `rateLimited(serialized(...))`.",
  },
  {
    name: typedPeerName,
    title: "Windlass, typed",
    runtime: "node",
    adapter: "typed",
    // JSON has no binary payloads, and the rest is the same work as that of Windlass.
    scenarios: [...typedScenarios, "echo-1k-1", "echo-1k-16"],
    description:
      "A `ProtocolComponent` with default options: the text is one of three fields of a request, which is parsed, validated with zod, handled, and answered with the same fields.",
  },
  {
    name: "windlass-history",
    title: "Windlass, with history",
    runtime: "node",
    adapter: "plain",
    scenarios: ofTopics,
    description: "As Windlass; the topic keeps its last 100 publications, in memory.",
  },
  {
    name: "windlass-lmdb",
    title: "Windlass, LMDB",
    runtime: "node",
    adapter: "plain",
    scenarios: [keptScenario],
    description:
      "As Windlass, with history and an `LmdbBroker`: a publication is on disk before it is delivered.",
  },
  {
    name: "windlass-redis",
    title: "Windlass, Redis",
    runtime: "node",
    adapter: "plain",
    scenarios: [keptScenario],
    description:
      "As Windlass, with history and a `RedisBroker`: a publication is in the Redis of its own before it is delivered.",
  },
  {
    name: "socket.io-redis",
    title: "Socket.IO, Redis adapter",
    runtime: "node",
    adapter: "socket.io",
    scenarios: [keptScenario],
    description:
      "As Socket.IO, with `@socket.io/redis-adapter`: an event goes to Redis, too, but is delivered at once, and not kept.",
  },
  {
    name: "bun",
    title: "Bun",
    runtime: "bun",
    adapter: "plain",
    sitsOut: [...typedScenarios, keptScenario],
    description: "`Bun.serve` with its own WebSocket server, `ws.send` and `ws.publish`.",
  },
  {
    name: "ws",
    title: "ws",
    runtime: "node",
    adapter: "plain",
    sitsOut: [...typedScenarios, keptScenario],
    description:
      "The npm package ws as its readme shows it; a broadcast is a loop over the clients.",
  },
  {
    name: "socket.io",
    title: "Socket.IO",
    runtime: "node",
    adapter: "socket.io",
    description: "Websocket transport only, without compression; events, and `emit` to a room.",
  },
];

/** Those that take part in the scenario of this name. */
export function participants(all: readonly Peer[], scenario: string): readonly Peer[] {
  return all.filter(
    ({ scenarios, sitsOut }) =>
      (scenarios?.includes(scenario) ?? true) && !sitsOut?.includes(scenario),
  );
}

/**
 * The peers of these names, in the order of the table.
 *
 * @throws BenchError for a name that is not in the table
 */
export function choosePeers(names: readonly string[]): readonly Peer[] {
  return chooseByName("server", peers, names);
}

/** @throws BenchError for a name that is not in the table */
export function chooseByName<Row extends { readonly name: string }>(
  noun: string,
  table: readonly Row[],
  names: readonly string[],
): readonly Row[] {
  const known = table.map((row) => row.name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger === undefined) return table.filter((row) => names.includes(row.name));
  throw new BenchError(`There is no ${noun} "${stranger}"; choose from ${known.join(", ")}.`);
}
