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
import { countViolation, wireError } from "./refusals.ts";
import type { ProtocolRuntime } from "./runtime.ts";

/** Handles an event or a request. A promise, which never rejects, for an event that takes its time. */
export function runMessage(
  runtime: ProtocolRuntime,
  peer: Peer,
  frame: EventFrame | RequestFrame,
): Promise<void> | undefined {
  const { id, name } = frame;
  if (peer.session !== undefined && id !== undefined && isRepeated(peer, frame, id)) return;
  const handler = runtime.handlers.get(name);
  if (handler === undefined || handler.kind !== frame.type) {
    const details = { kind: frame.type, name: name.slice(0, 64) };
    peer.answer(id, wireError("ERR_NAME_UNKNOWN", id, details, details));
    countViolation(runtime, peer, "ERR_NAME_UNKNOWN");
    return;
  }
  const refusal = overLimit(runtime, peer, handler, id);
  if (refusal !== undefined) {
    peer.answer(id, refusal);
    return;
  }
  const parsed = handler.schema.safeParse(frame.data);
  if (!parsed.success) {
    const issues = dataIssues(parsed.error, frame.data);
    peer.answer(id, wireError("ERR_DATA_INVALID", id, { name }, issues));
    countViolation(runtime, peer, "ERR_DATA_INVALID");
    return;
  }
  return run(runtime, new RunningCall(peer, handler, id, parsed.data));
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
  runtime: ProtocolRuntime,
  peer: Peer,
  handler: CompiledHandler,
  id: number | undefined,
): ErrorFrame | undefined {
  if (handler.rate !== undefined) {
    const retryAfterMs = peer.buckets.take(handler, handler.rate, runtime.clock.now());
    if (retryAfterMs > 0) {
      const { name } = handler;
      return wireError("ERR_RATE_LIMITED", id, { name, retryAfterMs }, { retryAfterMs });
    }
  }
  if (peer.callCount === 0) return undefined;
  if (id !== undefined && peer.findCall(id) !== undefined) {
    countViolation(runtime, peer, "ERR_FRAME_INVALID");
    const problem = `its "id" is that of a message that is not answered yet`;
    return wireError("ERR_FRAME_INVALID", id, { problem });
  }
  const isFull = peer.callCount + peer.lane.length >= runtime.options.maxPendingMessages;
  return isFull ? wireError("ERR_OVERLOADED", id) : undefined;
}

function run(runtime: ProtocolRuntime, call: RunningCall): Promise<void> | undefined {
  let outcome: unknown;
  try {
    outcome = call.handler.run(call.connection, call.data, call);
  } catch (error) {
    failed(runtime, call, error);
    return undefined;
  }
  if (!isPromiseLike(outcome)) {
    succeeded(runtime, call, outcome);
    return undefined;
  }
  call.connection.started(call);
  const settling = settle(runtime, call, outcome);
  return call.kind === "event" ? settling : undefined;
}

async function settle(
  runtime: ProtocolRuntime,
  call: RunningCall,
  outcome: PromiseLike<unknown>,
): Promise<void> {
  const { handlerTimeoutMs } = runtime.options;
  runtime.counters.running += 1;
  let stopTimer: (() => void) | undefined;
  try {
    if (handlerTimeoutMs === 0) succeeded(runtime, call, await outcome);
    else {
      const expired = new Promise<never>((_resolve, reject) => {
        stopTimer = runtime.clock.after(handlerTimeoutMs, () => {
          call.abort("timeout");
          reject(new Error(`the handler took longer than ${handlerTimeoutMs} ms`));
        });
      });
      succeeded(runtime, call, await Promise.race([outcome, expired]));
    }
  } catch (error) {
    failed(runtime, call, error);
  } finally {
    stopTimer?.();
    runtime.counters.running -= 1;
    call.connection.settled(call);
  }
}

function succeeded(runtime: ProtocolRuntime, call: RunningCall, outcome: unknown): void {
  const { connection, handler, id } = call;
  if (handler.result === undefined) {
    if (id !== undefined) connection.acknowledge(id);
    return;
  }
  if (id === undefined) return;
  try {
    connection.answer(id, { type: "response", id, data: toWire(handler.result, outcome) });
  } catch (error) {
    // What the handler returned cannot be written: its result does not fit, or is no JSON.
    failed(runtime, call, error);
  }
}

function failed(runtime: ProtocolRuntime, call: RunningCall, thrown: unknown): void {
  const { connection, id, abortCause } = call;
  if (abortCause === "closed" && id !== undefined && connection.session !== undefined) {
    connection.session.undo(id);
    return;
  }
  const frame = errorFrame(runtime, call, thrown);
  try {
    connection.answer(id, frame);
  } catch (error) {
    // Details that are no JSON.
    report(runtime, call, toError(error));
    connection.answer(id, wireError("ERR_HANDLER_FAILED", id, { name: call.name }));
  }
}

function errorFrame(runtime: ProtocolRuntime, call: RunningCall, thrown: unknown): ErrorFrame {
  const { connection, id, name, abortCause } = call;
  if (abortCause === "timeout") {
    const { handlerTimeoutMs: timeoutMs } = runtime.options;
    connection.log.warn({ name, timeoutMs }, "a handler took too long and was given up");
    return wireError("ERR_HANDLER_TIMEOUT", id, { name, timeoutMs });
  }
  if (thrown instanceof ProtocolError) {
    const { code, message, details } = thrown;
    return {
      type: "error",
      ...(id !== undefined && { id }),
      code,
      message,
      ...(details !== undefined && { details }),
    };
  }
  if (abortCause !== undefined) return wireError("ERR_CANCELLED", id, { name });
  report(runtime, call, toError(thrown));
  return wireError("ERR_HANDLER_FAILED", id, { name });
}

function report(runtime: ProtocolRuntime, call: RunningCall, error: Error): void {
  const { connection, name } = call;
  if (runtime.callbacks.onHandlerError === undefined) {
    connection.log.error({ err: error, name }, "a handler failed: answering ERR_HANDLER_FAILED");
    return;
  }
  try {
    runtime.callbacks.onHandlerError(error, call);
  } catch (second) {
    connection.log.error(
      { err: error, name, onHandlerErrorFailure: second },
      "onHandlerError failed",
    );
  }
}
