/**
 * Every code that a server of Windlass answers with in an `error` frame, and its sentence, in which
 * `{name}` is filled in. Codes never change their meaning; `docs/reference/wire-protocol.md` lists
 * the same ones, and a test compares the two.
 */
export const wireErrors = {
  ERR_FRAME_INVALID:
    "This message is no frame of the protocol: {problem}. See the wire protocol for its form.",
  ERR_NAME_UNKNOWN: 'There is no {kind} "{name}" in this protocol. Check the spelling of its name.',
  ERR_DATA_INVALID: 'The data of "{name}" does not fit its schema: see the details.',
  ERR_HANDLER_FAILED: 'The server failed while it handled "{name}".',
  ERR_HANDLER_TIMEOUT: 'Handling "{name}" took longer than {timeoutMs} ms.',
  ERR_CANCELLED: '"{name}" was cancelled.',
  ERR_RATE_LIMITED: '"{name}" was sent too often; wait {retryAfterMs} ms.',
  ERR_OVERLOADED: "Too many messages are waiting on this connection; wait for their answers.",
  ERR_REPLY_LOST: "This request was answered before, and the answer is not kept any more.",
  ERR_UNAUTHENTICATED: "This connection has no user yet: send hello or auth with a token first.",
  ERR_TOKEN_REFUSED: "The token was refused; get a new one.",
  ERR_TOPIC_UNKNOWN: "There is no such topic in this protocol.",
  ERR_TOPIC_REFUSED: "This connection may not subscribe to this topic.",
  ERR_PUBLISH_REFUSED: "This connection may not publish to this topic.",
  ERR_PRESENCE_REFUSED: "This connection may not see who is present on this topic.",
  ERR_TOO_MANY_TOPICS: "This connection has {max} subscriptions, which is the limit.",
} as const;

/** A code of a server's `error` frame. */
export type WireErrorCode = keyof typeof wireErrors;
