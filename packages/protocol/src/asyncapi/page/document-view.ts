import type {
  AsyncApiChannel,
  AsyncApiDocument,
  AsyncApiKind,
  AsyncApiMessage,
  AsyncApiOperation,
} from "../async-api-types.ts";
import type { JsonSchema, JsonSchemaOrBoolean } from "../json-schema.ts";

/** A message and its id in the document. */
export interface NamedMessage {
  readonly id: string;
  readonly message: AsyncApiMessage;
}

/** A message with what it is about, for readers. */
export interface MessageView extends NamedMessage {
  readonly kind: AsyncApiKind;
  readonly direction: Direction;
  readonly replies: readonly NamedMessage[];
}

export type Direction = "client to server" | "server to client";

/** The messages of one channel and direction, in their order. */
export function messagesIn(document: AsyncApiDocument, channel: string): readonly MessageView[] {
  return Object.values(document.operations)
    .filter((operation) => nameIn(operation.channel.$ref) === channel)
    .flatMap((operation) =>
      operation.messages.map(({ $ref }) => viewOf(document, operation, $ref)),
    );
}

/** The channels that are topics. */
export function topicsOf(
  document: AsyncApiDocument,
): readonly (readonly [string, AsyncApiChannel])[] {
  return Object.entries(document.channels).filter(([, channel]) => "x-windlass-topic" in channel);
}

function viewOf(
  document: AsyncApiDocument,
  operation: AsyncApiOperation,
  reference: string,
): MessageView {
  return {
    ...messageAt(document, reference),
    kind: operation.tags[0]?.name ?? "control",
    direction: operation.action === "receive" ? "client to server" : "server to client",
    replies: (operation.reply?.messages ?? []).map(({ $ref }) => messageAt(document, $ref)),
  };
}

/** `#/channels/connection/messages/client.say` */
function messageAt(document: AsyncApiDocument, reference: string): NamedMessage {
  const [, , channel = "", , id = ""] = reference.split("/");
  const message = document.channels[channel]?.messages[id];
  if (message === undefined) throw new RangeError(`The document has no ${reference}.`);
  return { id, message };
}

/** The last part of a reference. */
export function nameIn(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

/** The schema of `data`; `undefined` when the frame has none. */
export function dataOf({ payload }: AsyncApiMessage): JsonSchema | undefined {
  const data = payload.properties?.["data"];
  return data === undefined ? undefined : schemaObject(data);
}

/** Whether `data` may not be missing. */
export function isDataRequired({ payload }: AsyncApiMessage): boolean {
  return payload.required?.includes("data") === true;
}

/** `true` as a schema is `{}`, and `false` is one that nothing fits. */
export function schemaObject(schema: JsonSchemaOrBoolean): JsonSchema {
  if (typeof schema !== "boolean") return schema;
  return schema ? {} : { not: {} };
}
