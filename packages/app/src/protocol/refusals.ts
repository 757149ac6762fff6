import { Disconnects, toError } from "@windlass/core";
import {
  type ErrorFrame,
  type ProtocolError,
  type WireErrorCode,
  wireErrors,
} from "@windlass/protocol";
import type { Peer } from "./peer.ts";

/** The `error` frame of a code; placeholders of its sentence are filled with `values`. */
export function wireError(
  code: WireErrorCode,
  id: number | undefined,
  values: Readonly<Record<string, string | number>> = {},
  details?: unknown,
): ErrorFrame {
  const message = wireErrors[code].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
  return {
    type: "error",
    ...(id !== undefined && { id }),
    code,
    message,
    ...(details !== undefined && { details }),
  };
}

/** What somebody threw for the client to see. */
export function publicError(
  id: number | undefined,
  { code, message, details }: ProtocolError,
): ErrorFrame {
  return {
    type: "error",
    ...(id !== undefined && { id }),
    code,
    message,
    ...(details !== undefined && { details }),
  };
}

/** Answers a message with an error; one whose details have no form on the wire as a failure. */
export function answerError(peer: Peer, frame: ErrorFrame, name: string): void {
  const { id } = frame;
  try {
    peer.answer(id, frame);
  } catch (error) {
    peer.log.error({ err: toError(error), name }, "the details of an error cannot be written");
    peer.answer(id, wireError("ERR_HANDLER_FAILED", id, { name }));
  }
}

/** Counts something that a right client does not do, and closes with 4500 when there is too much of it. */
export function countViolation(peer: Peer, rule: string, weight = 1): void {
  peer.runtime.counters.violations += 1;
  const limit = peer.runtime.options.violations;
  if (!peer.violations.add(weight, peer.runtime.clock.now(), limit) || peer.state === "closed")
    return;
  peer.log.warn(
    { rule: "protocol", seen: `${limit.max} violations, the last one ${rule}`, wanted: limit },
    "the client violates the protocol: closing with 4500",
  );
  peer.raw.close(Disconnects.ProtocolViolation);
}

/** Answers something that is no frame, or one that does not belong here, and counts it. */
export function refuseFrame(peer: Peer, problem: string): void {
  peer.writeFrame(wireError("ERR_FRAME_INVALID", undefined, { problem }));
  countViolation(peer, "ERR_FRAME_INVALID");
}
