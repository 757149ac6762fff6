import {
  type CatalogueEntry,
  type ErrorCode,
  type ErrorDetails,
  errorCatalogue,
} from "./error-catalogue.ts";

/** An error of the catalogue: a stable code for programs, a sentence for people. */
export class WindlassError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "WindlassError";
  /** The stable code, `ERR_...`; documented in `docs/reference/errors.md`. */
  readonly code: Code;
  /** The values in the message, by name. */
  readonly details: ErrorDetails<Code>;

  constructor(code: Code, details: ErrorDetails<Code>, options?: ErrorOptions) {
    super(describeError(code, details), options);
    this.code = code;
    this.details = details;
  }

  /** The HTTP status this error is answered with before the upgrade, if it can happen there. */
  get status(): number | undefined {
    const entry: CatalogueEntry = errorCatalogue[this.code];
    return entry.status;
  }
}

/** Fills the placeholders of a catalogue message. */
export function describeError<Code extends ErrorCode>(
  code: Code,
  details: ErrorDetails<Code>,
): string {
  const values = new Map<string, string | number>(Object.entries(details));
  return errorCatalogue[code].message.replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values.get(name) ?? whole),
  );
}

/** The message of anything thrown, for a log line. */
export function messageOf(thrown: unknown): string {
  return toError(thrown).message;
}

/** Anything thrown as an Error, so that it has a stack and a message. Never throws itself. */
export function toError(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
  } catch {
    // `throw Object.create(null)`, a failing toString() or a revoked proxy: nobody can look at it.
    return new Error(`something of type ${typeof thrown} that cannot be shown was thrown`);
  }
}
