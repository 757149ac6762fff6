// The document, for tools.
export { asyncApiDocument } from "./async-api-document.ts";
export type {
  AsyncApiChannel,
  AsyncApiDocument,
  AsyncApiKind,
  AsyncApiMessage,
  AsyncApiOperation,
  AsyncApiReference,
  AsyncApiServer,
  AsyncApiTag,
  AsyncApiWebSocketBinding,
} from "./async-api-types.ts";
export type { JsonSchema, JsonSchemaOrBoolean } from "./json-schema.ts";
// The page, for people.
export { protocolPageCsp } from "./page/page-style.ts";
export { protocolPage } from "./page/protocol-page.ts";
export type { ProtocolAddress, ProtocolInfo, ProtocolTexts } from "./protocol-info.ts";
