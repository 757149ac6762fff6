import { ErrorReply } from "redis";

/** There is no link to Redis, or no answer came over it: what was asked for may or may not have happened. */
export class LinkError extends Error {
  override readonly name = "LinkError";
}

/** What a Redis node answers when a command was not carried out, and may be sent again. */
export type Redirect =
  | { readonly kind: "moved" | "try-again" | "no-script" }
  | { readonly kind: "ask"; readonly address: string };

/** Why a command was not carried out, if that is why it failed. */
export function redirectOf(error: unknown): Redirect | undefined {
  if (!(error instanceof ErrorReply)) return undefined;
  const [code, , address] = error.message.split(" ");
  switch (code) {
    case "MOVED":
      return { kind: "moved" };
    case "ASK":
      return address === undefined ? undefined : { kind: "ask", address };
    case "TRYAGAIN":
    case "CLUSTERDOWN":
      return { kind: "try-again" };
    case "NOSCRIPT":
      return { kind: "no-script" };
    default:
      return undefined;
  }
}

/** Whether the server says that it is not the one to write to: the link leads to the wrong place. */
export function isWrongServer(error: unknown): boolean {
  return error instanceof ErrorReply && /^(READONLY|LOADING|MASTERDOWN)\b/.test(error.message);
}

/**
 * The text of anything thrown, as a part of a sentence, and without the secrets: old servers quote the
 * password they were sent.
 */
export function problemOf(thrown: unknown, secrets: readonly string[]): string {
  let text = textOf(thrown);
  for (const secret of secrets) text = text.replaceAll(secret, "***");
  // What follows are the arguments of a command that the server does not know.
  return text.replace(/,? with args beginning with[\s\S]*/, "").replace(/\.$/, "");
}

function textOf(thrown: unknown): string {
  // Node tries several addresses of a name and throws all that went wrong together, without a text.
  if (thrown instanceof AggregateError) return thrown.errors.map(textOf).join("; ");
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.message === "" ? thrown.name : thrown.message;
}
