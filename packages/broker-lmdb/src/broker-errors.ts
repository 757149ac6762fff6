import { toError, WindlassError } from "@windlass/core";
import { BrokenStoreError } from "./durable-topics.ts";
import { NoRoomError } from "./store/room.ts";
import { DamagedRecordError } from "./store/sealed.ts";

/** What an operation failed with, as callers of the broker get it. */
export function toBrokerError(path: string, call: string, thrown: unknown): WindlassError {
  if (thrown instanceof WindlassError) return thrown;
  const error = toError(thrown);
  const details = { broker: path, call, problem: error.message, advice: adviceFor(error) };
  return new WindlassError("ERR_BROKER_UNAVAILABLE", details, { cause: error });
}

function adviceFor(error: Error): string {
  if (error instanceof NoRoomError) return error.advice;
  if (error instanceof BrokenStoreError) return "Look at the disk, and start the process again";
  if (error instanceof DamagedRecordError) {
    return "The disk has changed what was stored: forget() the topic, or restore a backup";
  }
  return "Look at the disk of the store; the call may be repeated, safely with an idempotency key";
}

/** The call came before open(), or after close(). */
export function wrongState(call: string, state: string, advice: string): WindlassError {
  return new WindlassError("ERR_APP_STATE", { call: `broker.${call}`, state, advice });
}
