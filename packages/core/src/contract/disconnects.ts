import { CloseCode } from "./close-code.ts";
import type { Disconnect } from "./disconnect.ts";

/** Names of {@link Disconnects}. */
export type DisconnectName =
  | "NormalClosure"
  | "GoingAway"
  | "MessageTooBig"
  | "InternalError"
  | "SlowConsumer"
  | "RateLimited"
  | "QueueOverflow";

/** The disconnects that Windlass itself sends, each with the cause that `onClose` then reports. */
export const Disconnects: Readonly<Record<DisconnectName, Required<Disconnect>>> = {
  NormalClosure: { code: CloseCode.NormalClosure, reason: "", cause: "server" },
  GoingAway: { code: CloseCode.GoingAway, reason: "server is going away", cause: "shutdown" },
  MessageTooBig: { code: CloseCode.MessageTooBig, reason: "message too big", cause: "too-big" },
  InternalError: { code: CloseCode.InternalError, reason: "internal error", cause: "error" },
  SlowConsumer: { code: CloseCode.SlowConsumer, reason: "slow consumer", cause: "backpressure" },
  RateLimited: { code: CloseCode.RateLimited, reason: "rate limited", cause: "policy" },
  QueueOverflow: { code: CloseCode.QueueOverflow, reason: "too many messages", cause: "policy" },
};
