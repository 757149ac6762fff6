import { dataIssues } from "@windlass/protocol";
import { clientError } from "./client-errors.ts";

/**
 * What `run` makes of the data of a message.
 *
 * @throws ProtocolError `ERR_DATA_INVALID` in place of anything that `run` throws
 */
export function fitting<Result>(name: string, data: unknown, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const issues = isZodError(error) ? dataIssues(error, data) : undefined;
    throw clientError("ERR_DATA_INVALID", { name }, error, issues);
  }
}

/** By its shape: importing the class would load zod. */
function isZodError(error: unknown): error is Parameters<typeof dataIssues>[0] {
  return error instanceof Error && "issues" in error;
}
