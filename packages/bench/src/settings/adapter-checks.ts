import { z } from "zod";
import type { Adapter, ControlVerdict, Envelope } from "../contract/adapter.ts";
import { BenchError } from "../contract/bench-error.ts";
import { describeProblems } from "./problems.ts";

type Method = (...parameters: never[]) => unknown;

const method = z.custom<Method>((value) => typeof value === "function", "expected a function");

const adapterSchema = z.strictObject({
  name: z.string("expected a text").min(1, "expected a text"),
  target: method.optional(),
  greeting: method.optional(),
  control: method.optional(),
  request: method,
  reply: method,
  locate: method.optional(),
});

const envelopeSchema = z.strictObject({
  format: z.enum(["text", "binary"], 'expected "text" or "binary"'),
  before: z.string("expected a text"),
  after: z.string("expected a text"),
  holdsPayload: z.boolean("expected true or false"),
});

const requestSchema = z
  .array(envelopeSchema, "expected a list of envelopes")
  .refine(
    (list) => list.filter(({ holdsPayload }) => holdsPayload).length === 1,
    "expected exactly one envelope that holds the payload",
  );

const replySchema = envelopeSchema.refine(
  ({ holdsPayload }) => holdsPayload,
  "expected an envelope that holds the payload",
);

const targetSchema = z
  .string("expected a text")
  .regex(/^\/[\x21-\x7e]*$/, 'expected a path such as "/chat?room=1", percent-encoded');

const greetingSchema = z.array(z.string("expected a text"), "expected a list of texts");

const verdictSchema = z.union(
  [
    z.strictObject({ kind: z.enum(["ready", "ignore"]) }),
    z.strictObject({ kind: z.literal("answer"), text: z.string() }),
    z.undefined(),
  ],
  'expected { kind: "ready" }, { kind: "ignore" }, { kind: "answer", text } or undefined',
);

/**
 * A value from outside as an adapter, whose answers are checked as they are given. `locate` is not:
 * it is called for every message.
 *
 * @throws BenchError naming what is missing or wrong in it
 */
export function checkAdapter(value: unknown, path: string): Adapter {
  if (value === undefined) {
    throw new BenchError(
      `adapter: ${path} exports no adapter; expected "export const adapter = { name, request, reply }".`,
    );
  }
  // Methods of a class are on its prototype, where a schema of own members does not look.
  const members = isObject(value) ? Object.fromEntries(membersOf(value)) : value;
  parse(adapterSchema, members, `adapter of ${path}`);
  return withCheckedAnswers(value as Adapter, path);
}

function withCheckedAnswers(adapter: Adapter, path: string): Adapter {
  const { target, greeting, control, locate } = adapter;
  const named = (name: string): string => `${name}() of the adapter of ${path}`;
  const answer = <Schema extends z.ZodType>(name: string, schema: Schema, call: () => unknown) =>
    parse(schema, attempt(named(name), call), named(name));
  return {
    name: adapter.name,
    request: (format, topic): readonly Envelope[] =>
      answer("request", requestSchema, () => adapter.request(format, topic)),
    reply: (format, topic): Envelope =>
      answer("reply", replySchema, () => adapter.reply(format, topic)),
    ...(target && {
      target: (url, topic) =>
        answer("target", targetSchema, () => target.call(adapter, url, topic)),
    }),
    ...(greeting && {
      greeting: (role, topic) =>
        answer("greeting", greetingSchema, () => greeting.call(adapter, role, topic)),
    }),
    ...(control && {
      control: (message, format): ControlVerdict | undefined =>
        answer("control", verdictSchema, () => control.call(adapter, message, format)),
    }),
    ...(locate && {
      locate: (message, format): number =>
        attempt(named("locate"), () => locate.call(adapter, message, format)),
    }),
  };
}

/** Calls a member; what it throws names it. */
function attempt<Result>(name: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new BenchError(`${name} threw: ${problem}`);
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, root: string) {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  throw new BenchError(describeProblems(result.error.issues, { value, root, names }));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Own members, and the methods of the classes it is made from. */
function* membersOf(value: object): Generator<[string, unknown]> {
  yield* Object.entries(value);
  let prototype: object | null = Object.getPrototypeOf(value);
  while (prototype !== null && prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (Object.hasOwn(adapterSchema.shape, name)) yield [name, Reflect.get(value, name)];
    }
    prototype = Object.getPrototypeOf(prototype);
  }
}
