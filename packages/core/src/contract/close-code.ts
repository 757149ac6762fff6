/**
 * Every close code Windlass sends or reports, by name: the only place with the numbers.
 *
 * 1000-1015 are those of RFC 6455 section 7.4.1 and the IANA registry. In the application range
 * 4000-4499 says that the client may reconnect and 4500-4999 that it must not.
 */
export const CloseCode = {
  NormalClosure: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  UnsupportedData: 1003,
  /** Observed only: the close frame carried no code. */
  NoStatus: 1005,
  /** Observed only: the TCP connection ended without a close frame. */
  Abnormal: 1006,
  InvalidPayload: 1007,
  PolicyViolation: 1008,
  MessageTooBig: 1009,
  InternalError: 1011,
  ServiceRestart: 1012,
  TryAgainLater: 1013,
  /** Observed only: the TLS handshake failed. */
  TlsHandshake: 1015,
  SlowConsumer: 4000,
  HeartbeatTimeout: 4001,
  RateLimited: 4002,
  HandshakeTimeout: 4003,
  QueueOverflow: 4004,
  TokenExpired: 4005,
  ProtocolViolation: 4500,
  Unauthorized: 4501,
  Kicked: 4502,
  ConnectionLimit: 4503,
  SessionReplaced: 4504,
} as const;

/**
 * Whether an endpoint may put this code into a close frame: 1000-1003, 1007-1014 and 3000-4999
 * (RFC 6455 section 7.4; 1005, 1006 and 1015 are for reports only).
 */
export function isSendableCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (
    (code >= 1000 && code <= 1003) ||
    (code >= 1007 && code <= 1014) ||
    (code >= 3000 && code <= 4999)
  );
}
