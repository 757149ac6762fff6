/** The close codes that come from the protocol, as `docs/reference/wire-protocol.md` has them. */
export const protocolCloseCodes = {
  4003: "HandshakeTimeout: no token in time",
  4004: "QueueOverflow: very many messages of a session were refused for overload",
  4005: "TokenExpired: the token expired and no fresh one came",
  4500: "ProtocolViolation: too many violations",
  4501: "Unauthorized: the token was refused",
  4504: "SessionReplaced: another connection has taken the session over",
} as const;
