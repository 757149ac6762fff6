import { FrameError, type ServerFrame } from "@windlass/protocol";
import { own } from "./payloads.ts";

type FrameType = ServerFrame["type"];
type Names<Name extends string> = "" | Name | `${Name} ${Name}`;
type MemberOf<Type extends FrameType> = keyof Extract<ServerFrame, { type: Type }> & string;

/** What members are; the others are texts. */
const kinds: Readonly<Record<string, string>> = {
  id: "number",
  afterMs: "number",
  resumed: "boolean",
};

/** The members that the client relies on, with spaces between. */
const required: { readonly [Type in FrameType]: Names<MemberOf<Type>> } = {
  welcome: "resumed",
  authenticated: "",
  event: "name",
  request: "id name",
  cancel: "id",
  response: "id",
  ack: "id",
  error: "code message",
  publication: "topic name",
  gap: "topic",
  presence: "topic",
  subscribed: "topic",
  unsubscribed: "topic",
  pong: "",
  reconnect: "afterMs",
};

/**
 * A decoded value as a frame of the server; `undefined` when it is of a type that this version does
 * not know. `readFrame()` looks closer and also at frames that a client never gets, which browsers would
 * have to load.
 *
 * @throws FrameError that names the member that is wrong
 */
export function readServerFrame(value: unknown): ServerFrame | undefined {
  const members = Object(value) as Readonly<Record<string, unknown>>;
  const type = members["type"];
  if (typeof type !== "string") throw wrongMember("type", "string");
  const names = own(required, type);
  if (names === undefined) return undefined;
  for (const name of names.match(/\w+/g) ?? []) {
    const kind = kinds[name] ?? "string";
    if (typeof members[name] !== kind) throw wrongMember(name, kind);
  }
  return value as ServerFrame;
}

function wrongMember(name: string, kind: string): FrameError {
  return new FrameError(`its "${name}" must be a ${kind}`);
}
