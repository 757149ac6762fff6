import { z } from "zod";
import {
  choice,
  count,
  duration,
  fields,
  flag,
  frequency,
  size,
  text,
  wholeNumber,
} from "./fields.ts";
import { handshakeHeaders, headerValueWanted, isHeaderValue, token } from "./handshake-headers.ts";
import { targetUrl } from "./target-url.ts";

export const hourMs = 3_600_000;
const weekMs = 168 * hourMs;

/** More than one machine holds: there are about 28,000 ports on each source address. */
export const maxConnections = 1_000_000;

/** Where to connect to, and how. */
export const targetFields = {
  url: targetUrl().register(fields, {
    kind: "text",
    description: "Where to connect to: ws://host:port/path, or wss://",
    range: "`ws:` or `wss:`",
  }),
  origin: text('expected an origin such as "https://example.com"')
    .refine(isHeaderValue, headerValueWanted)
    .optional()
    .register(fields, {
      kind: "text",
      placeholder: "<origin>",
      description: "Origin header; many servers answer 403 when it is foreign or missing",
      range: "not empty",
      otherwise: "none",
    }),
  headers: handshakeHeaders().default({}).register(fields, {
    kind: "headers",
    option: "header",
    placeholder: "<name: value>",
    description: "One more header of the handshake; may be given several times",
    range: "not those the handshake is made of",
  }),
  handshake: choice(["minimal", "browser"], {
    placeholder: "<kind>",
    description: "What RFC 6455 asks for, or the twelve headers that Chromium sends",
  }),
  subprotocols: z
    .array(z.string().regex(token, "expected a subprotocol name without spaces and commas"))
    .default([])
    .register(fields, {
      kind: "list",
      option: "subprotocol",
      placeholder: "<name>",
      description: "Offered in Sec-WebSocket-Protocol; may be given several times",
      range: "tokens, without spaces and commas",
    }),
  adapter: text("expected plain, socket.io or a path").default("plain").register(fields, {
    kind: "text",
    placeholder: "<name>",
    description: "How the server is spoken to: plain, socket.io, or the path of a module",
    range: '`"plain"`, `"socket.io"`, or a path',
  }),
  insecure: flag("Accept any certificate of a wss: server"),
  iOwnThisServer: flag("Load a server that is not on this machine; it must be yours"),
};

/** Generator processes and the handshakes they make. */
export const generatorFields = {
  concurrency: count({
    max: 100_000,
    fallback: 100,
    description: "Handshakes in progress at a time, over all workers",
  }),
  workers: count({
    max: 64,
    fallback: 1,
    description: "Generator processes; more of them when the report says that one was the limit",
  }),
  connectTimeout: duration({
    min: 10,
    max: hourMs,
    fallback: "10s",
    description: "How long a handshake may take",
  }),
};

/** What the server's CPU time and memory are read from. */
export const serverFields = {
  // The largest value of the kernel's pid_max.
  pid: wholeNumber(4_194_304).optional().register(fields, {
    kind: "number",
    placeholder: "<number>",
    description: "Process of the server, whose CPU time and memory are reported, children included",
    otherwise: "none",
  }),
  spawn: text("expected a command").optional().register(fields, {
    kind: "text",
    placeholder: "<command>",
    description: "Start the server with this command, measure it as with --pid, stop it at the end",
    range: "not empty",
    otherwise: "none",
  }),
};

/** The phases of a scenario that sends messages. */
export const phaseFields = (measured: string) => ({
  duration: duration({
    min: 100,
    max: weekMs,
    fallback: measured,
    description: "Measured phase",
  }),
  warmup: duration({
    min: 0,
    max: hourMs,
    fallback: "2s",
    description: "Load that does not count, before the measured phase",
  }),
  drain: duration({
    min: 0,
    max: hourMs,
    fallback: "5s",
    description: "How long to wait for replies at the end; then they are missing",
  }),
});

/** What is sent. */
export const messageFields = {
  messageBytes: size({
    min: 1,
    max: 16_777_216,
    fallback: 20,
    description: "Payload of a message in bytes, 16k is 16384",
  }),
  format: choice(["text", "binary"], { placeholder: "<format>", description: "Kind of message" }),
};

/** How messages are paced: exactly one of the two. */
export const loopFields = {
  inFlight: wholeNumber(1_024).optional().register(fields, {
    kind: "number",
    placeholder: "<number>",
    description:
      "Closed loop: messages awaiting a reply, per connection (broadcast: per publisher)",
    otherwise: "1 without `rate`",
  }),
  rate: frequency().optional().register(fields, {
    kind: "number",
    placeholder: "<per second>",
    description: "Open loop: messages per second over all connections, sent when due",
    otherwise: "none",
  }),
};
