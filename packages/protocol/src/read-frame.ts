import type { Frame } from "./frame.ts";
import { FrameError } from "./frame-codec.ts";

const isId = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isDuration = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;
const isText = (value: unknown): boolean => typeof value === "string";
const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const isSession = (value: unknown): boolean =>
  typeof value === "string" && /^[\w-]{16,64}$/.test(value);

/** What a member must be, and whether it may be missing. */
interface Rule {
  readonly fits: (value: unknown) => boolean;
  readonly wanted: string;
  readonly isOptional?: boolean;
}

const id: Rule = { fits: isId, wanted: "a whole number from 1 to 9007199254740991" };
const text: Rule = { fits: isText, wanted: "a string" };
const duration: Rule = { fits: isDuration, wanted: "a number of milliseconds" };
const optional = (rule: Rule): Rule => ({ ...rule, isOptional: true });
const seen = optional({ fits: isCount, wanted: "a whole number from 0" });
const session = optional({ fits: isSession, wanted: "16 to 64 letters, digits, _ and -" });
const resumed: Rule = { fits: isBoolean, wanted: "true or false" };
const tokenExpiresInMs = optional(duration);

/** The members of each frame; `data` and `details` may be anything. Members that are not named are ignored. */
const frameRules: Readonly<Record<Frame["type"], Readonly<Record<string, Rule>>>> = {
  request: { id, name: text },
  event: { id: optional(id), name: text },
  response: { id },
  error: { id: optional(id), code: text, message: text },
  ack: { id },
  cancel: { id },
  subscribe: { id, topic: text },
  unsubscribe: { id, topic: text },
  publication: { topic: text, name: text },
  hello: { session, seen, token: optional(text) },
  welcome: { connection: text, resumed, tokenExpiresInMs },
  auth: { token: text },
  authenticated: { tokenExpiresInMs },
  ping: { seen },
  pong: {},
  reconnect: { afterMs: duration },
};

const rulesByType: ReadonlyMap<unknown, readonly (readonly [string, Rule])[]> = new Map(
  Object.entries(frameRules).map(([type, rules]) => [type, Object.entries(rules)]),
);

/**
 * A decoded value as a frame, whatever its `data` is.
 *
 * @throws FrameError that names the member that is wrong
 */
export function readFrame(value: unknown): Frame {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FrameError("it is not an object");
  }
  const members = value as Readonly<Record<string, unknown>>;
  const rules = rulesByType.get(members["type"]);
  if (rules === undefined) throw new FrameError(`its "type" is not one of this protocol`);
  for (const [name, rule] of rules) {
    const member = members[name];
    if (rule.isOptional === true && member === undefined) continue;
    if (!rule.fits(member)) throw new FrameError(`its "${name}" must be ${rule.wanted}`);
  }
  return value as Frame;
}
