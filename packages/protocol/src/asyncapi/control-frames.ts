import type { Frame } from "../frame.ts";
import { wireErrors } from "../wire-errors.ts";
import type { AsyncApiMessage } from "./async-api-types.ts";
import { type FrameMembers, frameSchema, idSchema, topicSchema } from "./frame-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { correlationId } from "./message-document.ts";

/** The frames that are the same in every protocol. */
export type ControlFrame = Exclude<Frame["type"], "event" | "request" | "publication">;

const seen: JsonSchema = {
  description: "The answers to all ids up to this one have arrived.",
  type: "integer",
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
};
const session: JsonSchema = {
  description: "Secret name of the session, made at random by the client.",
  type: "string",
  pattern: "^[A-Za-z0-9_-]{16,64}$",
};
const token: JsonSchema = { description: "Says who the user is.", type: "string" };
const tokenExpiresInMs: JsonSchema = {
  description: "After so many milliseconds the token is no longer good.",
  type: "number",
  minimum: 0,
};

const position: JsonSchema = {
  description: "Where a topic with history stands.",
  type: "object",
  required: ["epoch", "offset"],
  properties: {
    epoch: { description: "Name of the count.", type: "string" },
    offset: {
      description: "Number of the last publication.",
      type: "integer",
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
    },
  },
};
const joined: JsonSchema = {
  description: "Those who have come.",
  type: "array",
  items: {
    type: "object",
    required: ["id"],
    properties: { id: { type: "string" }, data: { description: "As the topic's channel says." } },
  },
};
const left: JsonSchema = {
  description: "Ids of those who have gone.",
  type: "array",
  items: { type: "string" },
};

type ControlFrames = Readonly<Record<ControlFrame, FrameMembers & { readonly summary: string }>>;

/** `docs/reference/wire-protocol.md` in schemas; a test compares them with what `readFrame` takes. */
export const controlFrames: ControlFrames = {
  hello: {
    summary: "The first frame of a client that wants a session or has a token.",
    members: { session, seen, token },
    optional: ["session", "seen", "token"],
  },
  welcome: {
    summary: "Answers hello.",
    members: {
      connection: { description: "Id of the connection in the server's log.", type: "string" },
      resumed: { description: "Whether the server still knew the session.", type: "boolean" },
      tokenExpiresInMs,
    },
    optional: ["tokenExpiresInMs"],
  },
  auth: { summary: "A token, first or fresh, on an open connection.", members: { token } },
  authenticated: {
    summary: "Answers auth.",
    members: { tokenExpiresInMs },
    optional: ["tokenExpiresInMs"],
  },
  ack: { summary: "The event with this id has taken effect.", members: { id: idSchema } },
  response: {
    summary: "Answers subscribe, unsubscribe, publish and presence.",
    members: { id: idSchema, data: { description: "What the wire protocol says of each." } },
    optional: ["data"],
  },
  error: {
    summary:
      "What went wrong, with the message of this id or, without one, with a frame that has none.",
    members: {
      id: idSchema,
      code: {
        description:
          "For programs. Codes that begin with ERR_ are those of Windlass, others those of the application.",
        type: "string",
        examples: Object.keys(wireErrors),
      },
      message: { description: "For people.", type: "string" },
      details: { description: "More about it." },
    },
    optional: ["id", "details"],
  },
  cancel: {
    summary: "Nobody waits for the answer to the request of this id any more.",
    members: { id: idSchema },
  },
  subscribe: {
    summary:
      "Asks for the publications of a topic, and with a position for those that came after it.",
    members: { id: idSchema, topic: topicSchema, since: position },
    optional: ["since"],
  },
  unsubscribe: {
    summary: "Wants no more publications of a topic.",
    members: { id: idSchema, topic: topicSchema },
  },
  publish: {
    summary: "Publishes to a topic, where the server allows it.",
    members: {
      id: idSchema,
      topic: topicSchema,
      name: { description: "One of the topic's publications.", type: "string" },
      data: { description: "The data of the publication." },
    },
    optional: ["data"],
  },
  presence: {
    summary:
      "With an id, from a client: asks who is present on a topic. Without, from the server: who has come and gone.",
    members: { id: idSchema, topic: topicSchema, joined, left },
    optional: ["id", "joined", "left"],
  },
  gap: {
    summary: "Publications of this topic were lost and will not come.",
    members: { topic: topicSchema },
  },
  subscribed: {
    summary: "The server has subscribed this connection by itself.",
    members: { topic: topicSchema, position },
    optional: ["position"],
  },
  unsubscribed: {
    summary: "The server has ended a subscription.",
    members: { topic: topicSchema },
  },
  ping: { summary: "Asks for a sign of life.", members: { seen }, optional: ["seen"] },
  pong: { summary: "The sign of life.", members: {} },
  reconnect: {
    summary: "The connection is about to be closed: come back after this time, not earlier.",
    members: { afterMs: { description: "Milliseconds.", type: "number", minimum: 0 } },
  },
};

/** Id of a control frame in the document. */
export function controlId(frame: ControlFrame): string {
  return `control.${frame}`;
}

/** A control frame as AsyncAPI describes it. */
export function controlMessage(frame: ControlFrame): AsyncApiMessage {
  const { summary, members, optional = [] } = controlFrames[frame];
  return {
    name: frame,
    summary,
    tags: [{ name: "control" }],
    ...("id" in members ? { correlationId } : {}),
    payload: frameSchema(frame, { members, optional }),
  };
}

/** What is done with a control frame, from the server's point of view. */
export interface ControlOperation {
  readonly frame: ControlFrame;
  readonly action: "send" | "receive";
  readonly replies?: readonly ControlFrame[];
  /** Only protocols with this need it. */
  readonly needs?: "topics" | "history" | "presence" | "clientRequests" | "serverRequests";
}

export const controlOperations: readonly ControlOperation[] = [
  { frame: "hello", action: "receive", replies: ["welcome", "error"] },
  { frame: "auth", action: "receive", replies: ["authenticated", "error"] },
  { frame: "subscribe", action: "receive", replies: ["response", "error"], needs: "topics" },
  { frame: "unsubscribe", action: "receive", replies: ["response"], needs: "topics" },
  { frame: "publish", action: "receive", replies: ["response", "error"], needs: "topics" },
  { frame: "presence", action: "receive", replies: ["response", "error"], needs: "presence" },
  { frame: "presence", action: "send", needs: "presence" },
  { frame: "gap", action: "send", needs: "history" },
  { frame: "subscribed", action: "send", needs: "topics" },
  { frame: "unsubscribed", action: "send", needs: "topics" },
  { frame: "cancel", action: "receive", needs: "clientRequests" },
  { frame: "cancel", action: "send", needs: "serverRequests" },
  { frame: "ping", action: "receive", replies: ["pong"] },
  { frame: "reconnect", action: "send" },
  { frame: "error", action: "send" },
];
