import { WindlassError } from "@windlass/core";
import { ProtocolError } from "@windlass/protocol";
import type { z } from "zod";
import type { OperationContext, PushOperation } from "./operations.ts";
import { PushError } from "./push-errors.ts";

/** Seconds until it is worth trying again when a node or its broker cannot. */
const retryAfter = { "Retry-After": "1" };
const maxIssues = 10;

/** Something that is wrong with an input. Never the value itself. */
interface InputIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Checks an input, and does what is wanted.
 *
 * @throws PushError (as a rejection); what else it rejects with is a failure of the server
 */
export async function runOperation(
  operation: PushOperation,
  input: object,
  context: OperationContext,
): Promise<unknown> {
  context.key.mustAllow(operation.permission);
  const parsed = operation.input.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error);
  try {
    return await operation.run(parsed.data, context);
  } catch (error) {
    throw toPushError(error) ?? error;
  }
}

export function invalidInput(error: z.core.$ZodError): PushError {
  return inputError(error.issues.slice(0, maxIssues).flatMap(toIssues));
}

export function inputError(details: readonly InputIssue[]): PushError {
  return new PushError("ERR_INPUT_INVALID", { details });
}

function toIssues(issue: z.core.$ZodIssue): readonly InputIssue[] {
  const path = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  const message = "There is no such member";
  return issue.keys.slice(0, maxIssues).map((key) => ({ path: [...path, cut(key)], message }));
}

/** Names are the sender's, who gets them back, but not at any length. */
function cut(key: string): string {
  return key.length > 64 ? `${key.slice(0, 64)}...` : key;
}

/** What a target's error is to who asked; `undefined` when that is nobody's business. */
export function toPushError(error: unknown): PushError | undefined {
  if (error instanceof PushError) return error;
  if (error instanceof ProtocolError && error.code === "ERR_DATA_INVALID") {
    return new PushError("ERR_DATA_INVALID", { details: error.details });
  }
  if (!(error instanceof WindlassError)) return undefined;
  if (error.code === "ERR_TOPIC_INVALID") return new PushError("ERR_TOPIC_INVALID");
  const init = { headers: retryAfter, cause: error };
  if (error.code === "ERR_BROKER_UNAVAILABLE") return new PushError("ERR_BROKER_UNAVAILABLE", init);
  return error.code === "ERR_APP_STATE" ? new PushError("ERR_SHUTTING_DOWN", init) : undefined;
}
