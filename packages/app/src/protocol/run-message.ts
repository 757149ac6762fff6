import { isPromiseLike, toError, WindlassError } from "@windlass/core";
import {
  dataIssues,
  type ErrorFrame,
  type EventFrame,
  type RequestFrame,
  toWire,
} from "@windlass/protocol";
import { RunningCall } from "./call.ts";
import { answerFailure } from "./failures.ts";
import type { CompiledHandler } from "./handler-table.ts";
import type { SessionFrame } from "./lane.ts";
import type { Peer } from "./peer.ts";
import { countViolation, refuseFrame, wireError } from "./refusals.ts";
import { isRepeated } from "./repetitions.ts";

/** So many things that are wrong with the data of one message count as one violation more. */
const issuesPerViolation = 100;

/** Handles an event or a request. A promise, which never rejects, for an event that takes its time. */
export function runMessage(
  peer: Peer,
  frame: EventFrame | RequestFrame,
  bytes: number,
): Promise<void> | undefined {
  const { id, name } = frame;
  peer.hasMessages = true;
  if (id !== undefined) {
    if (isTaken(peer, frame, id)) return undefined;
    peer.session?.begin(id);
  }
  const handler = peer.runtime.handlers.get(name);
  if (handler === undefined || handler.kind !== frame.type) {
    const details = { kind: frame.type, name: name.slice(0, 64) };
    peer.answer(id, wireError("ERR_NAME_UNKNOWN", id, details, details));
    countViolation(peer, "ERR_NAME_UNKNOWN");
    return undefined;
  }
  const refusal = overLimit(peer, handler, id);
  if (refusal !== undefined) {
    peer.answer(id, refusal);
    return undefined;
  }
  const parsed = parse(peer, handler, frame);
  if (parsed === undefined) return undefined;
  const call = new RunningCall(peer, handler, id, bytes);
  call.data = parsed.data;
  return run(peer, call);
}

/** Whether this id is not for a new message. */
export function isTaken(peer: Peer, frame: SessionFrame, id: number): boolean {
  if (peer.session !== undefined) return isRepeated(peer, frame, id);
  if (peer.callCount === 0 || peer.findCall(id) === undefined) return false;
  // Without the id: an answer with it would be one to the other message.
  refuseFrame(peer, 'its "id" is that of a message that is not answered yet');
  return true;
}

function overLimit(
  peer: Peer,
  handler: CompiledHandler,
  id: number | undefined,
): ErrorFrame | undefined {
  const { clock, options } = peer.runtime;
  if (handler.rate !== undefined) {
    const retryAfterMs = peer.buckets.take(handler, handler.rate, clock.now());
    if (retryAfterMs > 0) {
      const { name } = handler;
      return wireError("ERR_RATE_LIMITED", id, { name, retryAfterMs }, { retryAfterMs });
    }
  }
  const isFull =
    peer.callCount + peer.lane.length >= options.maxPendingMessages ||
    peer.callBytes + peer.lane.bytes > options.maxPendingBytes;
  return isFull ? wireError("ERR_OVERLOADED", id) : undefined;
}

/** The data as the handler gets it; `undefined` when it does not fit, which is answered here. */
export function parse(
  peer: Peer,
  { schema }: Pick<CompiledHandler, "schema">,
  { id, name, data }: SessionFrame,
): { readonly data: unknown } | undefined {
  try {
    const parsed = schema.safeParse(data);
    if (parsed.success) return parsed;
    const issues = dataIssues(parsed.error, data);
    peer.answer(id, wireError("ERR_DATA_INVALID", id, { name }, issues));
    // Finding very many costs very much.
    const weight = 1 + Math.floor(parsed.error.issues.length / issuesPerViolation);
    countViolation(peer, "ERR_DATA_INVALID", weight);
  } catch (error) {
    // A refinement or a transform has thrown, or is async. Its message may quote the data.
    const message = "a schema failed: answering ERR_HANDLER_FAILED. Schemas must be synchronous";
    peer.log.error({ name, error: toError(error).name }, message);
    peer.answer(id, wireError("ERR_HANDLER_FAILED", id, { name }));
    countViolation(peer, "ERR_HANDLER_FAILED");
  }
  return undefined;
}

function run(peer: Peer, call: RunningCall): Promise<void> | undefined {
  let outcome: unknown;
  try {
    outcome = call.handler.run(peer, call.data, call);
  } catch (error) {
    answerFailure(peer, call, error);
    return undefined;
  }
  if (!isPromiseLike(outcome)) {
    succeeded(peer, call, outcome);
    return undefined;
  }
  peer.started(call);
  if (call.id !== undefined) peer.session?.started(call.id);
  const settling = settle(peer, call, outcome);
  if (call.kind === "request") return undefined;
  peer.session?.occupy(settling);
  return settling;
}

async function settle(peer: Peer, call: RunningCall, outcome: PromiseLike<unknown>): Promise<void> {
  const { counters, deadlines } = peer.runtime;
  counters.running += 1;
  try {
    succeeded(peer, call, await deadlines.limit(outcome, "The handler's"));
  } catch (error) {
    if (error instanceof WindlassError && error.code === "ERR_CALLBACK_TIMEOUT") {
      call.hasExpired = true;
      call.abort("timeout");
    }
    answerFailure(peer, call, error);
  }
  counters.running -= 1;
  peer.settled(call);
}

function succeeded(peer: Peer, call: RunningCall, outcome: unknown): void {
  const { handler, id } = call;
  if (id === undefined) return;
  if (handler.result === undefined) {
    peer.acknowledge(id);
    return;
  }
  try {
    peer.answer(id, { type: "response", id, data: toWire(handler.result, outcome) });
  } catch (error) {
    // What the handler returned cannot be written: its result does not fit, or is no JSON.
    answerFailure(peer, call, error);
  }
}
