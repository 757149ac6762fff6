import { isPromiseLike, toError } from "@windlass/core";
import { type ErrorFrame, ProtocolError } from "@windlass/protocol";
import type { RunningCall } from "./call.ts";
import { ClientError } from "./outgoing-requests.ts";
import type { Peer } from "./peer.ts";
import { answerError, publicError, wireError } from "./refusals.ts";

/** Answers a message whose handler failed, or was given up. */
export function answerFailure(peer: Peer, call: RunningCall, thrown: unknown): void {
  const { id, abortCause, hasExpired, name } = call;
  const { session } = peer;
  // One that has expired may still do something: only a handler that ended by itself did nothing.
  if (abortCause === "closed" && !hasExpired && id !== undefined && session !== undefined) {
    if (!call.isAbort(thrown) && !isPublic(thrown)) report(peer, call, toError(thrown));
    const again = session.undo(id);
    if (again !== undefined) again.user.runtime.enter(again.user, again.frame, 0);
    return;
  }
  answerError(peer, errorFrame(peer, call, thrown), name);
}

/**
 * Whether the client may read it. Not what another client has answered, nor what Windlass itself
 * throws: the handler was to deal with that.
 */
export function isPublic(thrown: unknown): thrown is ProtocolError {
  return (
    thrown instanceof ProtocolError &&
    !(thrown instanceof ClientError) &&
    !thrown.code.startsWith("ERR_")
  );
}

function errorFrame(peer: Peer, call: RunningCall, thrown: unknown): ErrorFrame {
  const { id, name } = call;
  if (call.hasExpired) {
    const { handlerTimeoutMs: timeoutMs } = peer.runtime.options;
    peer.log.warn({ name, timeoutMs }, "a handler took too long and was given up");
    return wireError("ERR_HANDLER_TIMEOUT", id, { name, timeoutMs });
  }
  if (isPublic(thrown)) return publicError(id, thrown);
  if (call.isAbort(thrown)) return wireError("ERR_CANCELLED", id, { name });
  report(peer, call, toError(thrown));
  return wireError("ERR_HANDLER_FAILED", id, { name });
}

function report({ runtime, log }: Peer, call: RunningCall, error: Error): void {
  const { name } = call;
  const failedToo = (second: unknown): void => {
    log.error(
      { err: error, name, onHandlerErrorFailure: toError(second) },
      "onHandlerError failed",
    );
  };
  if (runtime.callbacks.onHandlerError === undefined) {
    log.error({ err: error, name }, "a handler failed: answering ERR_HANDLER_FAILED");
    return;
  }
  try {
    const reporting: unknown = runtime.callbacks.onHandlerError(error, call);
    if (isPromiseLike(reporting)) void Promise.resolve(reporting).catch(failedToo);
  } catch (second) {
    failedToo(second);
  }
}
