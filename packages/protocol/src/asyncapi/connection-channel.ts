import type { AsyncApiChannel, AsyncApiMessage } from "./async-api-types.ts";
import { controlId, controlMessage } from "./control-frames.ts";
import { type DeclaredMessages, messagesOf } from "./declared-messages.ts";
import { messageDocument } from "./message-document.ts";
import { controlFramesOf } from "./operations.ts";
import { type PayloadSchema, payloadSchemaOf } from "./payload-schemas.ts";
import { addressOf, type ProtocolInfo, subprotocolsOf } from "./protocol-info.ts";

/** The connection: all frames but publications. */
export function connectionChannel(
  declared: DeclaredMessages,
  schemas: ReadonlyMap<string, PayloadSchema>,
  info: ProtocolInfo,
): AsyncApiChannel {
  const messages = messagesOf(declared).map((message): [string, AsyncApiMessage] => [
    message.id,
    messageDocument(message, payloadSchemaOf(schemas, message.id)),
  ]);
  const control = controlFramesOf(declared).map((frame): [string, AsyncApiMessage] => [
    controlId(frame),
    controlMessage(frame),
  ]);
  const subprotocols = subprotocolsOf(info);
  return {
    ...addressOf(info),
    title: "Connection",
    description: `A WebSocket connection. Each message on it is one frame of the Windlass wire protocol, version 1 (docs/reference/wire-protocol.md): an object whose "type" says what it is. Members that are not named are ignored.`,
    messages: Object.fromEntries([...messages, ...control]),
    bindings: {
      ws: {
        method: "GET",
        headers: {
          type: "object",
          required: ["Sec-WebSocket-Protocol"],
          properties: {
            "Sec-WebSocket-Protocol": {
              type: "string",
              description: `What the client speaks, its first choice first, with commas between. The server speaks ${subprotocols.join(", ")}.`,
              examples: subprotocols,
            },
          },
        },
        bindingVersion: "0.1.0",
      },
    },
    "x-windlass-subprotocols": subprotocols,
  };
}
