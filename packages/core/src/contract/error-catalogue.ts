/** One error: its sentence and, where it answers HTTP, its status. */
export interface CatalogueEntry {
  /** What was wrong, the value seen, what was wanted and what to do; `{name}` is filled in. */
  readonly message: string;
  /** The HTTP status of the answer when this refuses a handshake or a request. */
  readonly status?: number;
}

/**
 * Every error Windlass raises or answers with. The keys are public and never change their meaning;
 * `docs/reference/errors.md` lists the same codes, and a test compares the two.
 */
export const errorCatalogue = {
  // Wrong declarations: thrown at once, by the constructor, route() or http().
  ERR_OPTION_INVALID: {
    message: "{option}: {problem}. See docs/reference/options.md for the allowed values.",
  },
  ERR_ROUTE_PATTERN_INVALID: {
    message:
      'The route path "{pattern}" is not valid: {problem}. Write it as "/chat", "/room/:name" or "/files/*".',
  },
  ERR_ROUTE_DUPLICATE: {
    message:
      'The path "{pattern}" is already declared for host {host}. Give one of the two routes another path or another httpHost.',
  },
  ERR_COMPONENT_INVALID: {
    message:
      'The component of route "{pattern}" is {seen}; wanted an object with an onMessage(connection, message) method.',
  },
  ERR_ORIGIN_RULE_INVALID: {
    message:
      'The origin rule "{rule}" is not valid: {problem}. Write "example.com", "*.example.com", "https://example.com:8443", a RegExp or "*".',
  },
  ERR_IP_RULE_INVALID: {
    message:
      'The IP rule "{rule}" is neither an IP address nor a CIDR range. Write it as "203.0.113.7", "10.0.0.0/8" or "2001:db8::/32"; "unix" stands for peers on a unix socket.',
  },
  ERR_APP_STATE: {
    message: "{call} was called while the app is {state}; {advice}.",
  },

  // Listening: run() rejects with these.
  ERR_ADDRESS_IN_USE: {
    message:
      "Cannot listen on {address}: something else is listening there. Stop it, or choose another port (0 picks a free one).",
  },
  ERR_ADDRESS_NOT_AVAILABLE: {
    message:
      "Cannot listen on {address}: this machine has no such address. Use 127.0.0.1 behind a proxy, 0.0.0.0 or :: for every interface, or the path of a unix socket.",
  },
  ERR_ADDRESS_ACCESS_DENIED: {
    message:
      "Cannot listen on {address}: permission denied. Ports below 1024 need a privilege; listen on a higher port behind a proxy, or fix the permissions of the unix socket's folder.",
  },
  ERR_LISTEN_FAILED: {
    message: "Cannot listen on {address}: {problem}.",
  },
  ERR_TLS_INVALID: {
    message:
      "The TLS files cannot be used: {problem}. options.tls wants readable PEM files in certFile and keyFile that belong together.",
  },
  ERR_NATIVE_TRANSPORT_MISSING: {
    message:
      'uWebSockets.js could not be loaded for Node {node} on {platform}: {problem}. On Node 20 and 22 run "npm install uWebSockets.js@npm:uws-pack@20.0.8"; on newer versions of Node run "npm install uNetworking/uWebSockets.js#v20.71.0".',
  },

  // Using a connection or a message.
  ERR_CLOSE_CODE_INVALID: {
    message:
      "The close code {seen} cannot be sent; wanted 1000-1003, 1007-1014 or 3000-4999 (RFC 6455 section 7.4). Applications use 4000-4999.",
  },
  ERR_SEND_DATA_INVALID: {
    message:
      "send() was given {seen}; wanted a string, a Uint8Array, an ArrayBuffer or a Message. Turn objects into text with JSON.stringify().",
  },
  ERR_MESSAGE_EXPIRED: {
    message:
      "This message of {bytes} bytes was read after its callback had returned, when its memory was already gone. Read it inside the callback, or keep message.retain(), which copies the bytes.",
  },
  ERR_MESSAGE_NOT_JSON: {
    message:
      "A message of {bytes} bytes is not JSON: {problem}. Catch this, or close the connection.",
  },
  ERR_TOPIC_INVALID: {
    message:
      'The topic {seen} is not valid; wanted a string of 1 to 255 characters. Topics that begin with "$" are for the framework alone.',
  },
  ERR_BROKER_UNAVAILABLE: {
    message: "The broker at {broker} did not take {call}: {problem}. {advice}.",
  },
  ERR_STORE_INVALID: {
    message: "The store {path} cannot be opened: {problem}. {advice}.",
  },
  ERR_CALLBACK_TIMEOUT: {
    message:
      "{phase} callback has not settled within {timeoutMs} ms. Look for a promise that is never resolved, or raise callbackTimeoutMs on the route.",
  },

  // Refused handshakes and requests: answered with the status and logged with rule, seen, wanted.
  ERR_ROUTE_NOT_FOUND: { status: 404, message: "There is nothing at this path." },
  ERR_HOST_REFUSED: { status: 404, message: "There is nothing at this path for this Host." },
  ERR_METHOD_NOT_ALLOWED: { status: 405, message: "A WebSocket handshake is a GET request." },
  ERR_UPGRADE_REQUIRED: {
    status: 426,
    message: "This is a WebSocket endpoint: the Upgrade header must be 'websocket'.",
  },
  ERR_CONNECTION_HEADER_INVALID: {
    status: 400,
    message: "The Connection header of a WebSocket handshake must contain 'Upgrade'.",
  },
  ERR_KEY_INVALID: {
    status: 400,
    message: "Sec-WebSocket-Key must be 16 bytes in base64 (RFC 6455 section 4.1).",
  },
  ERR_VERSION_UNSUPPORTED: { status: 426, message: "Sec-WebSocket-Version must be 13." },
  ERR_SUBPROTOCOL_UNSUPPORTED: {
    status: 426,
    message: "None of the offered Sec-WebSocket-Protocol values is spoken here.",
  },
  ERR_ORIGIN_REFUSED: { status: 403, message: "Pages of this Origin may not connect here." },
  ERR_ORIGIN_MISSING: {
    status: 403,
    message: "A handshake without an Origin header is refused here.",
  },
  ERR_IP_REFUSED: { status: 403, message: "This address may not connect here." },
  ERR_UNAUTHORIZED: { status: 401, message: "This handshake carries no valid credentials." },
  ERR_GUARD_REFUSED: { status: 403, message: "This handshake was refused." },
  ERR_GUARD_FAILED: { status: 500, message: "The server failed while checking this handshake." },
  ERR_TOO_MANY_CONNECTIONS: {
    status: 503,
    message: "The server has no room for another connection.",
  },
  ERR_TOO_MANY_CONNECTIONS_OF_USER: {
    status: 429,
    message: "This user has as many connections as one may have; close another one first.",
  },
  ERR_TOO_MANY_CONNECTIONS_PER_IP: {
    status: 429,
    message: "This address has too many open connections.",
  },
  ERR_HANDSHAKE_TIMEOUT: { status: 503, message: "Checking this handshake took too long." },
  ERR_TOO_MANY_HANDSHAKES: { status: 503, message: "Too many handshakes are being checked." },
  ERR_SHUTTING_DOWN: { status: 503, message: "The server is shutting down; try again." },
  ERR_BODY_TOO_LARGE: { status: 413, message: "The request body is too large." },
  ERR_REQUEST_INVALID: { status: 400, message: "This request is malformed." },
  ERR_HTTP_HANDLER_FAILED: { status: 500, message: "The server failed while answering." },
} as const;

/** A code of the error catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/** Names in braces inside a message template. */
type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The values a code's message needs. */
export type ErrorDetails<Code extends ErrorCode> = Readonly<
  Record<Placeholders<(typeof errorCatalogue)[Code]["message"]>, string | number>
>;

/** The codes that answer HTTP. */
export type RefusalCode = {
  [Code in ErrorCode]: (typeof errorCatalogue)[Code] extends { readonly status: number }
    ? Code
    : never;
}[ErrorCode];
