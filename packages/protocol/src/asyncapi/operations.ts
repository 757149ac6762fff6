import type { AsyncApiKind, AsyncApiOperation, AsyncApiReference } from "./async-api-types.ts";
import {
  type ControlFrame,
  type ControlOperation,
  controlId,
  controlOperations,
} from "./control-frames.ts";
import type { DeclaredExchange, DeclaredMessages, DeclaredTopic } from "./declared-messages.ts";

type Operations = Readonly<Record<string, AsyncApiOperation>>;
type Entry = readonly [string, AsyncApiOperation];

/** What the server does with each message. An operation has the id of its message. */
export function operationsOf(declared: DeclaredMessages): Operations {
  return Object.fromEntries([
    ...declared.exchanges.map(exchangeOperation),
    ...declared.topics.flatMap(topicOperations),
    ...neededControl(declared).map(controlOperation),
  ]);
}

/** The control frames that a protocol can need, each once. */
export function controlFramesOf(declared: DeclaredMessages): readonly ControlFrame[] {
  const frames = neededControl(declared).flatMap(({ frame, replies = [] }) => [frame, ...replies]);
  const isAcknowledged = declared.exchanges.some(({ message }) => isClientEvent(message));
  return [...new Set(isAcknowledged ? [...frames, "ack" as const] : frames)];
}

function neededControl({ exchanges, topics }: DeclaredMessages): readonly ControlOperation[] {
  const asks = (side: string): boolean =>
    exchanges.some(({ message, answer }) => answer !== undefined && message.sender === side);
  const has = {
    topics: topics.length > 0,
    history: topics.some(({ history }) => history !== undefined),
    presence: topics.some(({ presence }) => presence !== undefined),
    clientRequests: asks("client"),
    serverRequests: asks("server"),
  };
  return controlOperations.filter(({ needs }) => needs === undefined || has[needs]);
}

function isClientEvent({ frame, sender }: DeclaredExchange["message"]): boolean {
  return frame === "event" && sender === "client";
}

function exchangeOperation({ message, answer }: DeclaredExchange): Entry {
  const { id, frame, sender } = message;
  const error = controlId("error");
  const replies = isClientEvent(message) ? [controlId("ack"), error] : [];
  if (answer !== undefined) replies.push(answer.id, error);
  const operation: AsyncApiOperation = {
    action: sender === "client" ? "receive" : "send",
    channel: channelOf("connection"),
    tags: tagsOf(frame === "event" ? "event" : "request"),
    ...(isClientEvent(message) ? { summary: "Answered when it has an id." } : {}),
    messages: [messageOf("connection", id)],
    ...replyOf(replies),
  };
  return [id, operation];
}

function topicOperations({ id, publications }: DeclaredTopic): readonly Entry[] {
  return publications.map((publication) => [
    publication.id,
    {
      action: "send",
      channel: channelOf(id),
      tags: tagsOf("publication"),
      messages: [messageOf(id, publication.id)],
    },
  ]);
}

function controlOperation({ frame, action, replies = [] }: ControlOperation): Entry {
  const operation: AsyncApiOperation = {
    action,
    channel: channelOf("connection"),
    tags: tagsOf("control"),
    messages: [messageOf("connection", controlId(frame))],
    ...replyOf(replies.map(controlId)),
  };
  return [`control.${action}.${frame}`, operation];
}

function replyOf(ids: readonly string[]): Pick<AsyncApiOperation, "reply"> {
  if (ids.length === 0) return {};
  const messages = ids.map((id) => messageOf("connection", id));
  return { reply: { channel: channelOf("connection"), messages } };
}

function channelOf(id: string): AsyncApiReference {
  return { $ref: `#/channels/${id}` };
}

function messageOf(channel: string, id: string): AsyncApiReference {
  return { $ref: `#/channels/${channel}/messages/${id}` };
}

function tagsOf(name: AsyncApiKind): AsyncApiOperation["tags"] {
  return [{ name }];
}
