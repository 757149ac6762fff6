import { toError, WindlassError } from "@windlass/core";
import { DamagedRecordError } from "./sealed.ts";

/** Why a store cannot be opened, and what to do about it; becomes an `ERR_STORE_INVALID`. */
export class StoreProblem extends Error {
  readonly advice: string;

  constructor(problem: string, advice: string, options?: ErrorOptions) {
    super(problem, options);
    this.advice = advice;
  }
}

const restoreAdvice =
  "The file was left as it is; restore it from a backup, or choose another folder for a new store";

/** The file of the store is not as it was written. */
export function damaged(problem: string): StoreProblem {
  return new StoreProblem(`it is damaged: ${problem}`, restoreAdvice);
}

/** What anything thrown while opening means to who wants to open the store. */
export function toStoreError(path: string, thrown: unknown): WindlassError {
  const { problem, advice } = explain(thrown);
  return new WindlassError("ERR_STORE_INVALID", { path, problem, advice }, { cause: thrown });
}

function explain(thrown: unknown): { readonly problem: string; readonly advice: string } {
  if (thrown instanceof StoreProblem) return { problem: thrown.message, advice: thrown.advice };
  if (thrown instanceof DamagedRecordError) return explain(damaged(thrown.message));
  const { message } = toError(thrown);
  return { problem: message, advice: adviceFor(systemCodeOf(thrown, message)) };
}

/** Codes of Node's own errors, and what LMDB says of the same ones. */
const lmdbMessages: readonly (readonly [text: string, code: string])[] = [
  ["Permission denied", "EACCES"],
  ["Operation not permitted", "EACCES"],
  ["Read-only file system", "EROFS"],
  ["No space left on device", "ENOSPC"],
];

function systemCodeOf(thrown: unknown, message: string): string {
  if (thrown instanceof Error && "code" in thrown && typeof thrown.code === "string") {
    return thrown.code;
  }
  return lmdbMessages.find(([text]) => message.includes(text))?.[1] ?? "";
}

function adviceFor(code: string): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return "Give the user of this process the right to read and write the folder and its files";
    case "EROFS":
      return "Choose a folder on a disk that can be written";
    case "ENOSPC":
    case "EDQUOT":
      return "Make room on the disk";
    case "ENOTDIR":
    case "EEXIST":
      return "Choose a path that is a folder, or that does not exist yet";
    default:
      return "Look at the folder and its disk, or choose another folder";
  }
}
