import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bigintString, isoDateTime } from "./codecs.ts";
import { dataIssues } from "./data-issues.ts";

function issuesOf(schema: z.ZodType, data: unknown): ReturnType<typeof dataIssues> {
  const { error } = schema.safeParse(data);
  return error === undefined ? [] : dataIssues(error, data);
}

describe("dataIssues", () => {
  it("says where the data is wrong, which rule it breaks, what is wanted and what kind was seen", () => {
    const schema = z.object({ users: z.array(z.object({ name: z.string() })) });
    expect(issuesOf(schema, { users: [{ name: "a" }, { name: 5 }] })).toEqual([
      {
        path: ["users", 1, "name"],
        rule: "invalid_type",
        message: "Invalid input: expected string, received number",
        seen: "number",
      },
    ]);
  });

  it.each([
    [undefined, "missing"],
    [null, "null"],
    [[1], "array"],
    [{ a: 1 }, "object"],
    ["text", "string"],
    [1, "number"],
    [true, "boolean"],
    [new Uint8Array(2), "object"],
  ])("calls the kind of %j %s, at the top and inside", (value, seen) => {
    expect(issuesOf(z.never(), value)).toMatchObject([{ path: [], seen }]);
    expect(issuesOf(z.object({ a: z.never() }), { a: value })).toMatchObject([
      { path: ["a"], seen },
    ]);
  });

  it("calls a member that is not there missing, also when Object.prototype has it", () => {
    const schema = z.object({ toString: z.string(), a: z.object({ b: z.string() }) });
    expect(issuesOf(schema, { a: {} })).toMatchObject([
      { path: ["toString"], seen: "missing" },
      { path: ["a", "b"], seen: "missing" },
    ]);
  });

  it.each([
    ["too_small", z.string().min(2), "x"],
    ["too_big", z.array(z.string()).max(0), ["x"]],
    ["invalid_format", z.email(), "x"],
    ["not_multiple_of", z.number().multipleOf(2), 3],
    ["invalid_value", z.enum(["a", "b"]), "x"],
    ["invalid_union", z.union([z.number(), z.boolean()]), "x"],
    ["invalid_key", z.record(z.email(), z.string()), { x: "x" }],
    ["unrecognized_keys", z.strictObject({}), { x: "x" }],
    ["custom", z.string().refine(() => false), "x"],
  ])("names the rule %s as zod does", (rule, schema, data) => {
    expect(issuesOf(schema, data)[0]?.rule).toBe(rule);
  });

  it("counts the keys that are not known and does not quote them", () => {
    const schema = z.strictObject({});
    expect(issuesOf(schema, { a: 1 })[0]?.message).toBe("Unknown keys: 1");
    expect(issuesOf(schema, { a: 1, b: 2 })[0]?.message).toBe("Unknown keys: 2");
  });

  it("tells ten issues at most", () => {
    const schema = z.array(z.string());
    expect(issuesOf(schema, new Array(10).fill(1))).toHaveLength(10);
    expect(issuesOf(schema, new Array(5000).fill(1))).toHaveLength(10);
  });

  it("shortens keys of records to 64 characters", () => {
    const schema = z.record(z.string(), z.number());
    const [exact, longer] = [64, 65].map((length) =>
      issuesOf(schema, { ["k".repeat(length)]: "x" }),
    );
    expect(exact?.[0]?.path).toEqual(["k".repeat(64)]);
    expect(longer?.[0]?.path).toEqual([`${"k".repeat(64)}…`]);
  });

  it("takes issues that schemas raise at places that are not there", () => {
    const schema = z.object({ a: z.string() }).superRefine((_value, context) => {
      context.addIssue({ code: "custom", path: ["a", "b", 3, Symbol("s")], message: "No" });
    });
    expect(issuesOf(schema, { a: "x" })).toEqual([
      { path: ["a", "b", 3, "Symbol(s)"], rule: "custom", message: "No", seen: "missing" },
    ]);
  });
});

describe("a value of the sender", () => {
  const leaf = z.union([z.literal("a"), z.number().multipleOf(1000)]);
  const kind = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("a"), a: z.int().max(3) }),
    z.strictObject({
      kind: z.literal("b"),
      b: z
        .string()
        .max(2)
        .regex(/^[xyz]+$/),
    }),
  ]);
  const strict = z.strictObject({
    text: z.string().startsWith("?").endsWith("!").includes("-"),
    mail: z.email(),
    url: z.url(),
    id: z.uuid(),
    choice: z.enum(["yes", "no"]),
    literal: z.literal(["one", "two"]),
    when: isoDateTime,
    digits: bigintString,
    template: z.templateLiteral(["v", z.number()]),
    list: z.array(z.string().max(1)).max(1),
    pair: z.tuple([z.string().length(1), z.boolean()]),
    map: z.record(z.string().max(1), z.boolean()),
    leaf,
    kind,
    refined: z.string().refine((text) => text === "", "not this one"),
    coerced: z.coerce.number(),
    bool: z.stringbool(),
    both: z.object({ a: z.literal("a") }).and(z.object({ b: z.literal("b") })),
    json: z.json(),
  });
  const names = Object.keys(strict.shape);

  /** The secret at many a place, under known names and among them. */
  const dataWith = (secret: string) =>
    fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<unknown>(secret, 7, null, `${secret}${secret}`, [secret]),
        fc.dictionary(fc.constantFrom(...names, "kind", "a", "b"), tie("node"), { maxKeys: 6 }),
        fc.array(tie("node"), { maxLength: 2 }),
        fc.constant({ kind: secret }),
        fc.constant({ kind: "b", b: secret, [secret]: 1 }),
      ),
    })).node;

  it("never shows up in the issues of its message", () => {
    const secret = fc.stringMatching(/^[0-9a-f]{24}$/).map((text) => `sk_${text}`);
    const withSecret = secret.chain((text) => fc.tuple(fc.constant(text), dataWith(text)));
    let issues = 0;
    fc.assert(
      fc.property(withSecret, ([text, data]) => {
        const whole = typeof data === "object" && data !== null ? data : {};
        const members = Object.fromEntries(names.map((name) => [name, data]));
        for (const value of [data, { ...whole, [text]: data }, members]) {
          for (const schema of [strict, strict.partial(), z.array(leaf), kind]) {
            const found = issuesOf(schema, value);
            issues += found.length;
            // The only place for keys of the sender; its records have them there, shortened.
            const shown = found.map(({ path, ...rest }) => ({
              ...rest,
              path: path.filter((_key, at) => path[at - 1] !== "map"),
            }));
            expect(JSON.stringify(shown)).not.toContain(text);
          }
        }
      }),
      { numRuns: 100 },
    );
    expect(issues).toBeGreaterThan(1000);
  });
});
