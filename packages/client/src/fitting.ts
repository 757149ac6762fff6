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
    // By its shape: importing the class would load zod.
    const isZodError = "issues" in Object(error);
    const issues = isZodError ? dataIssues(error as ZodError, data) : undefined;
    throw clientError("ERR_DATA_INVALID", { name }, error, issues);
  }
}

type ZodError = Parameters<typeof dataIssues>[0];
