import { type Report, runBench } from "@windlass/bench";
import { type PeerForm, peerCommand } from "../compare/peer-command.ts";
import type { Peer } from "../compare/peers.ts";
import { RunningPeer } from "../compare/running-peer.ts";
import type { Target } from "../compare/scenarios.ts";
import { echoLoad } from "./echo-load.ts";
import { PushLoad } from "./push-load.ts";
import { checkOptions, type PushOptions } from "./push-options.ts";
import { type PushResult, resultOf } from "./push-result.ts";
import { subscribersPerTopic } from "./push-scene.ts";
import type { PushFigures } from "./push-tally.ts";
import { signedRequest } from "./signed-request.ts";
import { Subscribers } from "./subscribers.ts";

/** How the server is started. */
export interface PushServerStart {
  readonly form: PeerForm;
  /** In front of its command, such as `taskset -c 0`. */
  readonly prefix: readonly string[];
}

/** Deliveries that are slower than this are missing. */
const deliveryPatienceMs = 5_000;

const pushPeer: Peer = {
  name: "windlass-push",
  title: "Windlass, push API",
  runtime: "node",
  adapter: "plain",
  description: "The push API with default options, beside an echo and topics.",
};

/**
 * Measures sockets alone, and then sockets beside signed requests, at one server. Takes the time of both
 * and some seconds; everything has ended when it settles.
 *
 * @param say is told of progress, line by line
 * @throws BenchError (as a rejection) when no measurement came about
 */
export async function measurePush(
  options: PushOptions,
  { form, prefix }: PushServerStart,
  say: (line: string) => void,
): Promise<PushResult> {
  checkOptions(options);
  const command = peerCommand(pushPeer, form) ?? [];
  const server = await RunningPeer.start(pushPeer, [...prefix, ...command]);
  let subscribers: Subscribers | undefined;
  try {
    const target = server.target("/echo");
    subscribers = await Subscribers.open(portOf(target));
    say("sockets alone");
    await server.collectGarbage();
    const quiet = await runBench(echoLoad(target, options));
    say("sockets beside signed requests");
    await server.collectGarbage();
    const { loaded, push } = await measureLoaded(target, options);
    await subscribers.waitFor(push.accepted * subscribersPerTopic, deliveryPatienceMs);
    return resultOf({ options, quiet, loaded, push, received: subscribers.received });
  } finally {
    subscribers?.close();
    await server.stop();
  }
}

async function measureLoaded(
  target: Target,
  options: PushOptions,
): Promise<{ readonly loaded: Report; readonly push: PushFigures }> {
  const port = portOf(target);
  const load = await PushLoad.open({
    port,
    connections: options.connections,
    ratePerSecond: options.rate,
    request: (index) => signedRequest(`127.0.0.1:${port}`, index),
  });
  try {
    const loaded = await runBench(echoLoad(target, options), {
      // In the turn in which the server's CPU time is read: both are of the same span.
      phase(phase) {
        if (phase === "warm-up") load.start();
        if (phase === "measuring") load.beginMeasuring();
        if (phase === "draining") load.endMeasuring();
      },
    });
    return { loaded, push: await load.stop() };
  } finally {
    load.close();
  }
}

function portOf({ url }: Target): number {
  return Number(new URL(url).port);
}
