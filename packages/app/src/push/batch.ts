import type { MaybePromise } from "@windlass/core";
import { z } from "zod";
import { type OperationContext, operations, type PushOperation } from "./operations.ts";
import type { PushError } from "./push-errors.ts";
import { inputError, invalidInput, runOperation } from "./run-operation.ts";

/** A batch as the document shows it; here its operations are looked at one by one. */
export function batchSchema(maxOperations: number): z.ZodType {
  const kinds = Object.values(operations).map(({ name, input }) =>
    z.strictObject({ operation: z.literal(name), ...input.shape }),
  );
  return z.strictObject({ operations: z.array(z.union(kinds)).min(1).max(maxOperations) });
}

/** What a batch is answered. */
export const batchAnswerSchema = z.object({
  results: z.array(
    z.object({ status: z.int(), body: z.unknown() }).meta({
      description: "What the operation would be answered alone.",
    }),
  ),
});

const byName: ReadonlyMap<unknown, PushOperation> = new Map(Object.entries(operations));

/** What one operation of a batch is answered. */
interface BatchResult {
  readonly status: number;
  readonly body: unknown;
}

/** What a batch needs besides its operations. */
export interface BatchContext extends OperationContext {
  readonly maxOperations: number;
  /** Counts an operation. @throws PushError `ERR_RATE_LIMITED` */
  count(): void;
  /** What to answer for an operation that failed. */
  answer(error: unknown): PushError;
}

/**
 * Does one operation after the other, in their order, and answers each on its own.
 *
 * @throws PushError (as a rejection) when it is no batch
 */
export async function runBatch(input: object, context: BatchContext): Promise<unknown> {
  const batch = z
    .strictObject({ operations: z.array(z.unknown()).min(1).max(context.maxOperations) })
    .safeParse(input);
  if (!batch.success) throw invalidInput(batch.error);
  const results: BatchResult[] = [];
  for (const operation of batch.data.operations) results.push(await runOne(operation, context));
  return { results };
}

async function runOne(input: unknown, context: BatchContext): Promise<BatchResult> {
  try {
    context.count();
    return { status: 200, body: await dispatch(input, context) };
  } catch (error) {
    const { status, body } = context.answer(error);
    return { status, body };
  }
}

function dispatch(input: unknown, context: BatchContext): MaybePromise<unknown> {
  const { operation: name, ...rest } = Object(input) as Readonly<Record<string, unknown>>;
  const operation = byName.get(name);
  if (operation !== undefined) return runOperation(operation, rest, context);
  const message = `expected one of ${[...byName.keys()].join(", ")}`;
  throw inputError([{ path: ["operation"], message }]);
}
