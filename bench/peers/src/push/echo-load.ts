import type { EchoSettings } from "@windlass/bench";
import type { Target } from "../compare/scenarios.ts";
import { peerOrigin } from "../servers/origin.ts";
import type { PushOptions } from "./push-options.ts";

/** Each socket says something once a second: they are to feel the load, not to make it. */
const echoesPerSocketPerSecond = 1;

/** The JIT compilers need about a second until a server costs what it will cost from then on. */
const warmupMs = 2_000;

/** Sockets that echo at a fixed rate, in a process of their own; latency counts from when an echo was due. */
export function echoLoad(
  { url, adapter, subprotocols, pid }: Target,
  { seconds, sockets }: PushOptions,
): EchoSettings {
  const durationMs = seconds * 1_000;
  return {
    scenario: "echo",
    url,
    adapter,
    subprotocols,
    pid,
    origin: peerOrigin,
    headers: {},
    handshake: "minimal",
    insecure: false,
    iOwnThisServer: false,
    connections: sockets,
    concurrency: 50,
    workers: 1,
    warmupMs: Math.min(warmupMs, durationMs),
    durationMs,
    drainMs: 5_000,
    connectTimeoutMs: 20_000,
    messageBytes: 20,
    format: "text",
    rate: sockets * echoesPerSocketPerSecond,
  };
}
