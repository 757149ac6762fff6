import type { Protocol } from "../definitions.ts";
import type { Payload } from "../payload.ts";
import { wireErrors } from "../wire-errors.ts";
import type { AsyncApiChannel, AsyncApiDocument } from "./async-api-types.ts";
import { protocolCloseCodes } from "./close-codes.ts";
import { connectionChannel } from "./connection-channel.ts";
import { type DeclaredMessages, declaredMessages, messagesOf } from "./declared-messages.ts";
import { operationsOf } from "./operations.ts";
import { payloadSchemas } from "./payload-schemas.ts";
import { type ProtocolInfo, serverOf } from "./protocol-info.ts";
import { topicChannel } from "./topic-channel.ts";

/**
 * Describes a protocol as AsyncAPI 3.0.0, for tools and for clients in other languages. The
 * document is plain JSON: serve it with `Response.json(asyncApiDocument(chat, info))`.
 *
 * It describes the server: what it receives is what clients send. The connection is one channel,
 * whose messages are whole frames; the topics of a pattern are another one each. Schemas say what
 * goes over the wire, which is `z.input`. Where JSON Schema cannot say it (refinements,
 * `z.custom()`), they take more than the server does; where a schema mends what it takes (coercion,
 * `catch()`, trimming), they ask for what needs no mending.
 *
 * Titles, descriptions and examples come from `.meta()` and `.describe()`; a schema with an `id`
 * stands under this name in `components.schemas`. What else is in the metadata stays out, except
 * keywords of JSON Schema and keys that begin with `x-`.
 *
 * @throws ProtocolError `ERR_DOCUMENT_INVALID` when `url` is not one of a WebSocket, or `path` does
 *   not begin with `/`
 */
export function asyncApiDocument(protocol: Protocol, info: ProtocolInfo): AsyncApiDocument {
  const declared = declaredMessages(protocol);
  const schemas = payloadSchemas(payloadsOf(declared));
  const server = serverOf(info);
  const topics = declared.topics.map((topic): [string, AsyncApiChannel] => [
    topic.id,
    topicChannel(topic, schemas.byId),
  ]);
  return {
    asyncapi: "3.0.0",
    info: {
      title: info.title,
      version: info.version,
      ...(info.description === undefined ? {} : { description: info.description }),
    },
    ...(server === undefined ? {} : { servers: { server } }),
    defaultContentType: "application/json",
    channels: {
      connection: connectionChannel(declared, schemas.byId, info),
      ...Object.fromEntries(topics),
    },
    operations: operationsOf(declared),
    components: {
      schemas: schemas.shared,
      correlationIds: { id: { location: "$message.payload#/id" } },
    },
    "x-windlass-errors": wireErrors,
    "x-windlass-close-codes": protocolCloseCodes,
  };
}

function payloadsOf(declared: DeclaredMessages): ReadonlyMap<string, Payload> {
  const presences = declared.topics.flatMap(({ presence }) => presence ?? []);
  const publications = declared.topics.flatMap((topic) => topic.publications);
  const all = [...messagesOf(declared), ...publications, ...presences];
  return new Map(all.map(({ id, payload }) => [id, payload]));
}
