import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineProtocol } from "../index.ts";
import { asyncApiDocument } from "./async-api-document.ts";
import type { AsyncApiDocument } from "./async-api-types.ts";
import { everything, info, recursive } from "./protocols.test-helper.ts";
import { schemaPairs } from "./schema-pairs.test-helper.ts";

type Validator = (data: unknown) => boolean;

interface AjvLike {
  compile(schema: unknown): Validator;
}

// The JSON Schema validator of the AsyncAPI parser, which is no dependency of this package.
const parserRequire = createRequire(createRequire(import.meta.url).resolve("@asyncapi/parser"));
const { Ajv } = parserRequire("ajv") as { Ajv: new (options: object) => AjvLike };
const addFormats = parserRequire("ajv-formats") as (ajv: AjvLike) => void;

const ajv = new Ajv({ strict: false, logger: false });
addFormats(ajv);

function validatorOf(document: AsyncApiDocument, id: string): Validator {
  const payload = document.channels["connection"]?.messages[id]?.payload;
  if (payload === undefined) throw new Error(`There is no message ${id}.`);
  return ajv.compile({ ...payload, components: document.components });
}

function validatorOfSchema(schema: z.ZodType): Validator {
  const document = asyncApiDocument(defineProtocol({ client: { say: schema } }), info);
  const validate = validatorOf(document, "client.say");
  return (data) => validate({ type: "event", name: "say", data });
}

/** What the wire would make of it: `undefined` is left out. */
function overTheWire(value: unknown): unknown {
  const text: string | undefined = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

test("the document takes exactly the data that the schema takes", () => {
  let taken = 0;
  let refused = 0;
  const cases = schemaPairs.chain(({ schema, values }) =>
    fc.record({
      schema: fc.constant(schema),
      data: fc.array(fc.oneof({ weight: 4, arbitrary: values }, fc.jsonValue()), {
        minLength: 5,
        maxLength: 10,
      }),
    }),
  );
  const property = fc.property(cases, ({ schema, data }) => {
    const validate = validatorOfSchema(schema);
    for (const one of data.map(overTheWire)) {
      const fits = schema.safeParse(one).success;
      expect({ one, fits: validate(one) }).toEqual({ one, fits });
      if (fits) taken += 1;
      else refused += 1;
    }
  });
  fc.assert(property, { numRuns: 300 });
  expect(taken).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(200);
}, 60_000);

test("data may be missing exactly where the schema takes that", () => {
  const property = fc.property(schemaPairs, ({ schema }) => {
    const document = asyncApiDocument(defineProtocol({ client: { say: schema } }), info);
    const validate = validatorOf(document, "client.say");
    const fits = schema.safeParse(undefined).success;
    expect(validate({ type: "event", name: "say" })).toBe(fits);
  });
  fc.assert(property, { numRuns: 300 });
}, 60_000);

test("frames of another kind or name are refused", () => {
  const document = asyncApiDocument(everything, info);
  const validate = validatorOf(document, "client.history");
  const frame = { type: "request", id: 1, name: "history", data: null };
  expect(validate(frame)).toBe(true);
  expect(validate({ ...frame, later: "members that are not named are ignored" })).toBe(true);
  for (const wrong of [{ type: "event" }, { name: "say" }, { id: 0 }, { id: 1.5 }, { data: 1 }]) {
    expect(validate({ ...frame, ...wrong })).toBe(false);
  }
});

test("recursive data is checked at every depth", () => {
  const validate = validatorOf(asyncApiDocument(recursive, info), "client.post");
  const post = (data: unknown): boolean => validate({ type: "event", name: "post", data });
  const reply = { text: "b", replies: [{ text: "c" }] };
  expect(post({ text: "a", replies: [reply] })).toBe(true);
  expect(post({ text: "a", replies: [{ ...reply, replies: [{ text: 1 }] }] })).toBe(false);
});

test("a pattern with flags takes all that the schema takes", () => {
  const schema = z
    .string()
    .regex(/^[a-c]+$/i)
    .max(3);
  const validate = validatorOfSchema(schema);
  expect(["abc", "ABC", "abcd"].map(validate)).toEqual([true, true, false]);
});

test("what refinements and custom schemas refuse, the document takes", () => {
  const validate = validatorOfSchema(z.string().refine((value) => value === "sesame"));
  expect([validate("sesame"), validate("other"), validate(1)]).toEqual([true, true, false]);
});
