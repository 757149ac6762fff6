import type { HistoryDefinition } from "../definitions.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Points to another part of the document: `#/channels/connection`. */
export interface AsyncApiReference {
  readonly $ref: string;
}

/** Groups messages and operations: `event`, `request`, `publication`, `control`. */
export interface AsyncApiTag {
  readonly name: AsyncApiKind;
}

/** What kind of message it is. Frames of `control` are the same in every protocol. */
export type AsyncApiKind = "event" | "request" | "publication" | "control";

/** A whole frame, as it goes over the wire. */
export interface AsyncApiMessage {
  readonly name: string;
  readonly title?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags: readonly AsyncApiTag[];
  readonly correlationId?: AsyncApiReference;
  readonly payload: JsonSchema;
  readonly examples?: readonly { readonly payload: unknown }[];
}

/** The connection, or the topics of one pattern. */
export interface AsyncApiChannel {
  readonly address: string;
  readonly title: string;
  readonly description: string;
  readonly parameters?: Readonly<Record<string, { readonly description: string }>>;
  readonly messages: Readonly<Record<string, AsyncApiMessage>>;
  readonly bindings?: { readonly ws: AsyncApiWebSocketBinding };
  /** The subprotocols that a client may offer. */
  readonly "x-windlass-subprotocols"?: readonly string[];
  /** The topic pattern as it was declared. */
  readonly "x-windlass-topic"?: string;
  readonly "x-windlass-history"?: HistoryDefinition;
  /** What is known of each member of a topic. */
  readonly "x-windlass-presence"?: JsonSchema;
}

/** What the handshake looks like. */
export interface AsyncApiWebSocketBinding {
  readonly method: "GET";
  readonly headers: JsonSchema;
  readonly bindingVersion: "0.1.0";
}

/** What the server does: it receives what clients send, and sends what they receive. */
export interface AsyncApiOperation {
  readonly action: "send" | "receive";
  readonly channel: AsyncApiReference;
  readonly tags: readonly AsyncApiTag[];
  readonly summary?: string;
  readonly messages: readonly AsyncApiReference[];
  readonly reply?: {
    readonly channel: AsyncApiReference;
    readonly messages: readonly AsyncApiReference[];
  };
}

/** Where the server is. */
export interface AsyncApiServer {
  readonly host: string;
  readonly protocol: "ws" | "wss";
}

/** An AsyncAPI 3.0.0 document of a protocol: plain JSON. */
export interface AsyncApiDocument {
  readonly asyncapi: "3.0.0";
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description?: string;
  };
  readonly servers?: Readonly<Record<string, AsyncApiServer>>;
  readonly defaultContentType: "application/json";
  readonly channels: Readonly<Record<string, AsyncApiChannel>>;
  readonly operations: Readonly<Record<string, AsyncApiOperation>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly correlationIds: Readonly<Record<string, { readonly location: string }>>;
  };
  /** The codes of error frames, each with its sentence. */
  readonly "x-windlass-errors": Readonly<Record<string, string>>;
  /** The close codes of the protocol, each with its meaning. */
  readonly "x-windlass-close-codes": Readonly<Record<string, string>>;
}
