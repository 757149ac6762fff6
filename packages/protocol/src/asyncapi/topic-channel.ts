import type { AsyncApiChannel } from "./async-api-types.ts";
import type { DeclaredTopic } from "./declared-messages.ts";
import { messageDocument } from "./message-document.ts";
import { type PayloadSchema, payloadSchemaOf } from "./payload-schemas.ts";

/** The topics of a pattern. They have no connection of their own: their frames go over the one. */
export function topicChannel(
  topic: DeclaredTopic,
  schemas: ReadonlyMap<string, PayloadSchema>,
): AsyncApiChannel {
  const { pattern, history, presence, publications } = topic;
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
  const description = "Written as encodeURIComponent writes it; not empty.";
  const parameters = Object.fromEntries(names.map((name) => [name, { description }]));
  return {
    address: pattern.replace(/:(\w+)/g, "{$1}"),
    title: pattern,
    description:
      "What is published to a topic. It comes over the connection, after the client has subscribed to the topic.",
    ...(names.length === 0 ? {} : { parameters }),
    messages: Object.fromEntries(
      publications.map((message) => [
        message.id,
        messageDocument(message, payloadSchemaOf(schemas, message.id), topic),
      ]),
    ),
    "x-windlass-topic": pattern,
    ...(history === undefined ? {} : { "x-windlass-history": history }),
    ...(presence === undefined
      ? {}
      : { "x-windlass-presence": payloadSchemaOf(schemas, presence.id).schema }),
  };
}
