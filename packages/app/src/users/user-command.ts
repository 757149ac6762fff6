import { type Disconnect, type DisconnectCause, isSendableCloseCode } from "@windlass/core";
import { z } from "zod";

/** Ends connections of a user on every node. */
export interface UserCommand {
  readonly userId: string;
  readonly disconnect: Required<Disconnect>;
  /** The only connections that are ended. Default: all of the user. */
  readonly connectionIds?: readonly string[] | undefined;
}

const causes = [
  "peer",
  "server",
  "timeout",
  "backpressure",
  "too-big",
  "protocol",
  "policy",
  "shutdown",
  "error",
] as const satisfies readonly DisconnectCause[];

const commandSchema = z.object({
  userId: z.string().min(1),
  disconnect: z.object({
    code: z.number().refine(isSendableCloseCode),
    reason: z.string(),
    cause: z.enum(causes).catch("server"),
  }),
  connectionIds: z.array(z.string()).optional(),
});

/** A message of another node, which may be of another version; `undefined` when it is none. */
export function readCommand(control: unknown): UserCommand | undefined {
  return commandSchema.safeParse(control).data;
}
