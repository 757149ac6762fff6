import { jsonCodec } from "../json-codec.ts";
import { ProtocolError } from "../protocol-error.ts";
import type { AsyncApiChannel, AsyncApiServer } from "./async-api-types.ts";

/** What a document says beside the messages. */
export interface ProtocolTexts {
  /** Name of the application: `"Chat"`. */
  readonly title: string;
  /** Version of its protocol: `"1.4.0"`. */
  readonly version: string;
  /** What it is for. */
  readonly description?: string;
  /** The subprotocols that the server speaks. Default: `["windlass.v1.json"]`. */
  readonly subprotocols?: readonly string[];
}

/** Where clients connect. A path may be a route: `"/rooms/:room"`. */
export type ProtocolAddress =
  /** The whole address: `"wss://example.com/chat"`. Its query is left out. */
  | { readonly url: string; readonly path?: never }
  /** Only the path, where the host is not known: `"/chat"`. */
  | { readonly path: string; readonly url?: never };

/** What the protocol itself does not know: what it is called, and where it is served. */
export type ProtocolInfo = ProtocolTexts & ProtocolAddress;

/** @throws ProtocolError `ERR_DOCUMENT_INVALID` */
export function serverOf(info: ProtocolInfo): AsyncApiServer | undefined {
  if (info.url === undefined) return undefined;
  const { host, protocol } = locationOf(info);
  return { host, protocol: protocol === "wss:" ? "wss" : "ws" };
}

/** @throws ProtocolError `ERR_DOCUMENT_INVALID` */
export function addressOf(info: ProtocolInfo): Pick<AsyncApiChannel, "address" | "parameters"> {
  const parameters: [string, { description: string }][] = [];
  const address = locationOf(info)
    .pathname.split("/")
    .map((segment) => {
      const name = segment === "*" ? "rest" : /^:(\w+)$/.exec(segment)?.[1];
      if (name === undefined) return segment;
      parameters.push([name, { description: `What stands in the path for ${segment}.` }]);
      return `{${name}}`;
    })
    .join("/");
  return parameters.length === 0
    ? { address }
    : { address, parameters: Object.fromEntries(parameters) };
}

export function subprotocolsOf(info: ProtocolInfo): readonly string[] {
  return info.subprotocols ?? [jsonCodec.subprotocol];
}

/** Errors do not show the address: it may hold a token. */
function locationOf(info: ProtocolInfo): URL {
  if (info.url === undefined) {
    if (info.path.startsWith("/")) return new URL(`ws://localhost${info.path}`);
    throw invalid(`The path of the document begins with "${info.path.slice(0, 1)}"; wanted "/".`);
  }
  if (!URL.canParse(info.url)) {
    throw invalid(
      'The url of the document is no absolute URL; wanted one such as "wss://example.com/chat", or use `path`.',
    );
  }
  const url = new URL(info.url);
  if (url.protocol === "ws:" || url.protocol === "wss:") return url;
  throw invalid(
    `The url of the document has the scheme "${url.protocol}"; wanted "ws:" or "wss:".`,
  );
}

function invalid(message: string): ProtocolError {
  return new ProtocolError("ERR_DOCUMENT_INVALID", message);
}
