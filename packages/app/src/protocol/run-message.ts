import { isPromiseLike, toError } from "@windlass/core";
import {
  dataIssues,
  type ErrorFrame,
  type EventFrame,
  ProtocolError,
  type RequestFrame,
  toWire,
} from "@windlass/protocol";
import { RunningCall } from "./call.ts";
import type { CompiledHandler } from "./handler-table.ts";
import type { Peer } from "./peer.ts";
import { countViolation, publicError, refuseFrame, wireError } from "./refusals.ts";

/** Handles an event or a request. A promise, which never rejects, for an event that takes its time. */
export function runMessage(
  peer: Peer,
  frame: EventFrame | RequestFrame,
): Promise<void> | undefined {
  const { id, name } = frame;
  if (id !== undefined && isTaken(peer, frame, id)) return undefined;
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
  const call = new RunningCall(peer, handler, id, undefined);
  try {
    const parsed = handler.schema.safeParse(frame.data);
    if (parsed.success) return run(peer, call, parsed.data);
    const issues = dataIssues(parsed.error, frame.data);
    peer.answer(id, wireError("ERR_DATA_INVALID", id, { name }, issues));
    countViolation(peer, "ERR_DATA_INVALID");
  } catch (error) {
    // A refinement or a transform of the schema has thrown, or is async.
    failed(peer, call, error);
  }
  return undefined;
}

/** Whether this id is not for a new message; what is repeated gets its answer again, if there is one. */
function isTaken(peer: Peer, frame: EventFrame | RequestFrame, id: number): boolean {
  if (peer.session !== undefined) return isRepeated(peer, frame, id);
  if (peer.callCount === 0 || peer.findCall(id) === undefined) return false;
  // Without the id: an answer with it would be one to the other message.
  refuseFrame(peer, 'its "id" is that of a message that is not answered yet');
  return true;
}

/** Whether the session knows the message already; then it gets its answer again, if there is one. */
function isRepeated(peer: Peer, frame: EventFrame | RequestFrame, id: number): boolean {
  const repetition = peer.session?.begin(id, frame.type);
  switch (repetition) {
    case "new":
    case undefined:
      return false;
    case "running":
      break;
    case "acknowledged":
      peer.writeFrame({ type: "ack", id });
      break;
    case "lost":
      peer.writeFrame(wireError("ERR_REPLY_LOST", id));
      break;
    default:
      peer.write(repetition.reply);
  }
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
  const isFull = peer.callCount + peer.lane.length >= options.maxPendingMessages;
  return isFull ? wireError("ERR_OVERLOADED", id) : undefined;
}

function run(peer: Peer, call: RunningCall, data: unknown): Promise<void> | undefined {
  call.data = data;
  let outcome: unknown;
  try {
    outcome = call.handler.run(peer, data, call);
  } catch (error) {
    failed(peer, call, error);
    return undefined;
  }
  if (!isPromiseLike(outcome)) {
    succeeded(peer, call, outcome);
    return undefined;
  }
  peer.started(call);
  const settling = settle(peer, call, outcome);
  return call.kind === "event" ? settling : undefined;
}

async function settle(peer: Peer, call: RunningCall, outcome: PromiseLike<unknown>): Promise<void> {
  const { counters } = peer.runtime;
  counters.running += 1;
  const { expired, stop } = expiry(peer, call);
  try {
    succeeded(
      peer,
      call,
      await (expired === undefined ? outcome : Promise.race([outcome, expired])),
    );
  } catch (error) {
    failed(peer, call, error);
  }
  stop();
  counters.running -= 1;
  peer.settled(call);
}

/** Rejects when the handler has taken too long; until then `stop` ends its timer. */
function expiry(
  { runtime }: Peer,
  call: RunningCall,
): { readonly expired: Promise<never> | undefined; readonly stop: () => void } {
  const { handlerTimeoutMs } = runtime.options;
  if (handlerTimeoutMs === 0) return { expired: undefined, stop: () => {} };
  let stop: () => void = () => {};
  const expired = new Promise<never>((_resolve, reject) => {
    stop = runtime.clock.after(handlerTimeoutMs, () => {
      call.hasExpired = true;
      call.abort("timeout");
      reject(new Error(`the handler took longer than ${handlerTimeoutMs} ms`));
    });
  });
  return { expired, stop };
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
    failed(peer, call, error);
  }
}

function failed(peer: Peer, call: RunningCall, thrown: unknown): void {
  const { id, abortCause, hasExpired } = call;
  // One that has expired may still do something: only a handler that ended by itself did nothing.
  if (abortCause === "closed" && !hasExpired && id !== undefined && peer.session !== undefined) {
    peer.session.undo(id);
    return;
  }
  const frame = errorFrame(peer, call, thrown);
  try {
    peer.answer(id, frame);
  } catch (error) {
    // Details that are no JSON.
    report(peer, call, toError(error));
    peer.answer(id, wireError("ERR_HANDLER_FAILED", id, { name: call.name }));
  }
}

function errorFrame(peer: Peer, call: RunningCall, thrown: unknown): ErrorFrame {
  const { id, name } = call;
  if (call.hasExpired) {
    const { handlerTimeoutMs: timeoutMs } = peer.runtime.options;
    peer.log.warn({ name, timeoutMs }, "a handler took too long and was given up");
    return wireError("ERR_HANDLER_TIMEOUT", id, { name, timeoutMs });
  }
  if (thrown instanceof ProtocolError) return publicError(id, thrown);
  if (call.abortCause !== undefined) return wireError("ERR_CANCELLED", id, { name });
  report(peer, call, toError(thrown));
  return wireError("ERR_HANDLER_FAILED", id, { name });
}

function report({ runtime, log }: Peer, call: RunningCall, error: Error): void {
  const { name } = call;
  if (runtime.callbacks.onHandlerError === undefined) {
    log.error({ err: error, name }, "a handler failed: answering ERR_HANDLER_FAILED");
    return;
  }
  try {
    runtime.callbacks.onHandlerError(error, call);
  } catch (second) {
    log.error({ err: error, name, onHandlerErrorFailure: second }, "onHandlerError failed");
  }
}
