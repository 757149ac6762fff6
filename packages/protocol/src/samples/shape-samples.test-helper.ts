import fc from "fast-check";
import { z } from "zod";
import { anyText } from "../any-text.test-helper.ts";
import { sample } from "./sample.test-helper.ts";
import { anyInteger, anyJson, anyKey, anyNumber } from "./values.test-helper.ts";

const point = z.object({ x: z.number(), y: z.number() });
const anyPoint = fc.record({ x: anyNumber, y: anyNumber });
const withMore = fc.record({ a: anyText, more: anyJson, "another one": anyJson });

const shape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("circle"), radius: z.number() }),
  z.strictObject({ kind: z.literal("line"), from: point, to: point }),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("dot"), at: point }),
    z.object({ kind: z.enum(["none", "all"]) }),
  ]),
]);

const tree = z.object({
  value: z.int(),
  get left() {
    return tree.optional();
  },
  get children() {
    return z.array(tree);
  },
});
type Tree = z.input<typeof tree>;
const leaf = anyInteger.map((value): Tree => ({ value, children: [] }));
const anyTree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record(
      { value: anyInteger, left: tie("tree"), children: fc.array(tie("tree"), { maxLength: 2 }) },
      { requiredKeys: ["value", "children"] },
    ),
  ),
}));

type Expression = number | { op: "+" | "-"; of: [Expression, Expression] };
const expression: z.ZodType<Expression, Expression> = z.lazy(() =>
  z.union([
    z.number(),
    z.object({ op: z.enum(["+", "-"]), of: z.tuple([expression, expression]) }),
  ]),
);
const anyExpression = fc.letrec<{ node: Expression }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    anyNumber,
    fc.record({
      op: fc.constantFrom("+" as const, "-" as const),
      of: fc.tuple(tie("node"), tie("node")),
    }),
  ),
}));

/** Values with parts. */
export const shapeSamples = {
  objects: sample(z.object({ a: z.string(), b: z.number().optional() }), withMore),
  strictObjects: sample(z.strictObject({ a: z.string() }), fc.record({ a: anyText })),
  looseObjects: sample(z.looseObject({ a: z.string() }), withMore),
  catchalls: sample(
    z.object({ a: z.string() }).catchall(z.union([z.string(), z.int()])),
    fc.record({ a: anyText, b: anyInteger, c: anyText }),
  ),
  derivedObjects: sample(
    point.extend({ z: z.number() }).partial().omit({ x: true }),
    fc.record({ y: anyNumber, z: anyNumber }, { requiredKeys: [] }),
  ),
  arrays: sample(
    z.array(z.array(z.int()).max(4)).min(1),
    fc.array(fc.array(anyInteger, { maxLength: 4 }), { minLength: 1 }),
  ),
  tuples: sample(
    z.tuple([z.string(), point.nullable()], z.boolean()),
    fc
      .tuple(anyText, fc.option(anyPoint), fc.array(fc.boolean(), { maxLength: 3 }))
      .map(([text, at, rest]): [string, typeof at, ...boolean[]] => [text, at, ...rest]),
  ),
  optionalTuples: sample(
    z.tuple([z.string(), z.int().optional()]),
    fc.oneof(fc.tuple(anyText), fc.tuple(anyText, anyInteger)),
  ),
  records: sample(
    z.record(z.string(), point),
    fc.dictionary(anyKey, anyPoint, { noNullPrototype: true }),
  ),
  enumRecords: sample(
    z.record(z.enum(["a", "b"]), z.int()),
    fc.record({ a: anyInteger, b: anyInteger }),
  ),
  partialRecords: sample(
    z.partialRecord(z.enum(["a", "b"]), z.int()),
    fc.record({ a: anyInteger, b: anyInteger }, { requiredKeys: [] }),
  ),
  patternRecords: sample(
    z.record(z.templateLiteral(["x-", z.string()]), z.string()),
    fc.dictionary(fc.stringMatching(/^x-\w{0,3}$/), anyText, { noNullPrototype: true }),
  ),
  numberRecords: sample(
    z.record(z.int(), z.string()),
    fc.dictionary(fc.nat().map(String), anyText, { noNullPrototype: true }),
  ),
  unions: sample(
    z.union([z.string(), z.int(), point, z.array(z.string())]),
    fc.oneof(anyText, anyInteger, anyPoint, fc.array(anyText)),
  ),
  discriminatedUnions: sample(
    z.array(shape),
    fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("circle" as const), radius: anyNumber }),
        fc.record({ kind: fc.constant("line" as const), from: anyPoint, to: anyPoint }),
        fc.record({ kind: fc.constant("dot" as const), at: anyPoint }),
        fc.record({ kind: fc.constantFrom("none" as const, "all" as const) }),
      ),
    ),
  ),
  intersections: sample(
    point.and(z.object({ y: z.number(), label: z.string() })),
    fc.record({ x: anyNumber, y: anyNumber, label: anyText }),
  ),
  trees: sample(tree, anyTree.tree),
  expressions: sample(expression, anyExpression.node),
};
