import type { Frame } from "./frame.ts";
import { FrameError } from "./frame-codec.ts";

type Members = Readonly<Record<string, unknown>>;

/** What is wrong with one member of a frame; `undefined` when nothing is. */
type Rule = (members: Members) => string | undefined;

const isId = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isDuration = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
const isSession = (value: unknown): boolean =>
  typeof value === "string" && /^[\w-]{16,64}$/.test(value);

const isText = (value: unknown): boolean => typeof value === "string";

const anId = "must be a whole number from 1 to 9007199254740991";
const aText = "must be a string";
const aDuration = "must be a number of milliseconds from 0";

// Each rule names its member in the source: looking members up by a variable costs twice the time.
const id: Rule = (frame) => (isId(frame["id"]) ? undefined : `its "id" ${anId}`);
const name: Rule = (frame) =>
  typeof frame["name"] === "string" ? undefined : `its "name" ${aText}`;
const topic: Rule = (frame) =>
  typeof frame["topic"] === "string" ? undefined : `its "topic" ${aText}`;
const code: Rule = (frame) =>
  typeof frame["code"] === "string" ? undefined : `its "code" ${aText}`;
const message: Rule = (frame) =>
  typeof frame["message"] === "string" ? undefined : `its "message" ${aText}`;
const token: Rule = (frame) =>
  typeof frame["token"] === "string" ? undefined : `its "token" ${aText}`;
const connection: Rule = (frame) =>
  typeof frame["connection"] === "string" ? undefined : `its "connection" ${aText}`;
const resumed: Rule = (frame) =>
  typeof frame["resumed"] === "boolean" ? undefined : 'its "resumed" must be true or false';
const afterMs: Rule = (frame) =>
  isDuration(frame["afterMs"]) ? undefined : `its "afterMs" ${aDuration}`;

const idIfAny: Rule = (frame) => (frame["id"] === undefined ? undefined : id(frame));
const tokenIfAny: Rule = (frame) => (frame["token"] === undefined ? undefined : token(frame));
const seenIfAny: Rule = ({ seen }) =>
  seen === undefined || isCount(seen) ? undefined : 'its "seen" must be a whole number from 0';
const sessionIfAny: Rule = ({ session }) =>
  session === undefined || isSession(session)
    ? undefined
    : 'its "session" must be 16 to 64 letters, digits, _ and -';
const expiryIfAny: Rule = ({ tokenExpiresInMs }) =>
  tokenExpiresInMs === undefined || isDuration(tokenExpiresInMs)
    ? undefined
    : `its "tokenExpiresInMs" ${aDuration}`;

const isPosition = (value: unknown): boolean => {
  const { epoch, offset } = Object(value) as Members;
  return isText(epoch) && isCount(offset);
};
const aPosition = "must have an epoch, a string, and an offset, a whole number from 0";
const sinceIfAny: Rule = ({ since }) =>
  since === undefined || isPosition(since) ? undefined : `its "since" ${aPosition}`;
const positionIfAny: Rule = ({ position }) =>
  position === undefined || isPosition(position) ? undefined : `its "position" ${aPosition}`;
const offsetIfAny: Rule = ({ offset }) =>
  offset === undefined || isId(offset) ? undefined : `its "offset" ${anId}`;
const epochIfAny: Rule = ({ epoch }) =>
  epoch === undefined || isText(epoch) ? undefined : `its "epoch" ${aText}`;

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  value === undefined || (Array.isArray(value) && value.every(isItem));
const isMember = (value: unknown): boolean => isText((Object(value) as Members)["id"]);
const joinedIfAny: Rule = ({ joined }) =>
  isListOf(joined, isMember) ? undefined : 'its "joined" must be a list of objects with an id';
const leftIfAny: Rule = ({ left }) =>
  isListOf(left, isText) ? undefined : 'its "left" must be a list of strings';

/**
 * The members of each frame; `data` and `details` may be anything, and members that are not named
 * are ignored. A switch: a table of these rules costs twice the time, and every frame comes by.
 */
function frameProblem(frame: Members): string | undefined {
  const kind = frame["type"] as Frame["type"];
  switch (kind) {
    case "request":
      return id(frame) ?? name(frame);
    case "event":
      return idIfAny(frame) ?? name(frame);
    case "response":
    case "ack":
    case "cancel":
      return id(frame);
    case "error":
      return idIfAny(frame) ?? code(frame) ?? message(frame);
    case "subscribe":
      return id(frame) ?? topic(frame) ?? sinceIfAny(frame);
    case "unsubscribe":
      return id(frame) ?? topic(frame);
    case "publish":
      return id(frame) ?? topic(frame) ?? name(frame);
    case "publication":
      return topic(frame) ?? name(frame) ?? offsetIfAny(frame) ?? epochIfAny(frame);
    // Clients ask with an id, servers tell without one.
    case "presence":
      return idIfAny(frame) ?? topic(frame) ?? joinedIfAny(frame) ?? leftIfAny(frame);
    case "gap":
    case "unsubscribed":
      return topic(frame);
    case "subscribed":
      return topic(frame) ?? positionIfAny(frame);
    case "hello":
      return sessionIfAny(frame) ?? seenIfAny(frame) ?? tokenIfAny(frame);
    case "welcome":
      return connection(frame) ?? resumed(frame) ?? expiryIfAny(frame);
    case "auth":
      return token(frame);
    case "authenticated":
      return expiryIfAny(frame);
    case "ping":
      return seenIfAny(frame);
    case "pong":
      return undefined;
    case "reconnect":
      return afterMs(frame);
    default:
      kind satisfies never;
      return 'its "type" is not one of this protocol';
  }
}

/**
 * A decoded value as a frame, whatever its `data` is.
 *
 * @throws FrameError that names the member that is wrong
 */
export function readFrame(value: unknown): Frame {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FrameError("it is not an object");
  }
  const problem = frameProblem(value as Members);
  if (problem !== undefined) throw new FrameError(problem);
  return value as Frame;
}
