import { CloseCode } from "./close-code.ts";
import type { Disconnect } from "./disconnect.ts";

/** Names of {@link Disconnects}. */
export type DisconnectName =
  | "NormalClosure"
  | "GoingAway"
  | "UnsupportedData"
  | "PolicyViolation"
  | "MessageTooBig"
  | "InternalError"
  | "ServiceRestart"
  | "TryAgainLater"
  | "SlowConsumer"
  | "RateLimited"
  | "QueueOverflow"
  | "HandshakeTimeout"
  | "TokenExpired"
  | "ProtocolViolation"
  | "Unauthorized"
  | "Kicked"
  | "ConnectionLimit"
  | "SessionReplaced";

/**
 * Disconnects by name, for `connection.close(Disconnects.Kicked)`: code, reason, and the cause that
 * `onClose` then reports. Windlass itself sends some of them; `docs/reference/close-codes.md` says when.
 */
export const Disconnects: Readonly<Record<DisconnectName, Required<Disconnect>>> = {
  NormalClosure: { code: CloseCode.NormalClosure, reason: "", cause: "server" },
  GoingAway: { code: CloseCode.GoingAway, reason: "server is going away", cause: "shutdown" },
  UnsupportedData: { code: CloseCode.UnsupportedData, reason: "unsupported data", cause: "policy" },
  PolicyViolation: { code: CloseCode.PolicyViolation, reason: "policy violation", cause: "policy" },
  MessageTooBig: { code: CloseCode.MessageTooBig, reason: "message too big", cause: "too-big" },
  InternalError: { code: CloseCode.InternalError, reason: "internal error", cause: "error" },
  ServiceRestart: { code: CloseCode.ServiceRestart, reason: "service restart", cause: "shutdown" },
  TryAgainLater: { code: CloseCode.TryAgainLater, reason: "try again later", cause: "server" },
  SlowConsumer: { code: CloseCode.SlowConsumer, reason: "slow consumer", cause: "backpressure" },
  RateLimited: { code: CloseCode.RateLimited, reason: "rate limited", cause: "policy" },
  QueueOverflow: { code: CloseCode.QueueOverflow, reason: "too many messages", cause: "policy" },
  HandshakeTimeout: {
    code: CloseCode.HandshakeTimeout,
    reason: "no token in time",
    cause: "policy",
  },
  TokenExpired: { code: CloseCode.TokenExpired, reason: "token expired", cause: "policy" },
  ProtocolViolation: {
    code: CloseCode.ProtocolViolation,
    reason: "protocol violation",
    cause: "protocol",
  },
  Unauthorized: { code: CloseCode.Unauthorized, reason: "unauthorized", cause: "policy" },
  Kicked: { code: CloseCode.Kicked, reason: "kicked", cause: "server" },
  ConnectionLimit: {
    code: CloseCode.ConnectionLimit,
    reason: "too many connections",
    cause: "policy",
  },
  SessionReplaced: {
    code: CloseCode.SessionReplaced,
    reason: "another connection has taken the session over",
    cause: "server",
  },
};
