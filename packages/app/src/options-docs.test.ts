import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { appOptionsSchema, closeOptionsSchema, listenSchema } from "./app-options.ts";
import { protocolOptionsSchema } from "./protocol/protocol-options.ts";
import { pushOptionsSchema } from "./push/push-options.ts";
import { httpOptionsSchema, routeOptionsSchema } from "./route-options.ts";
import { topicOptionsSchema } from "./topics/topic-options.ts";

/** What a schema says of one option, as JSON Schema spells it. */
interface Option {
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, Option>>;
  /** What a record holds under each name. */
  readonly additionalProperties?: Option | boolean;
  /** What a list holds. */
  readonly items?: Option;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Option[];
}

/** What the page says of one option. */
interface Row {
  readonly fallback: unknown;
  readonly range: string;
}

const page = readFileSync(new URL("../../../docs/reference/options.md", import.meta.url), "utf8");
const required = "required";

/** What a record or a list holds. */
function heldBy({ additionalProperties, items }: Option): Option | undefined {
  return typeof additionalProperties === "object" ? additionalProperties : items;
}

/** The options of a schema, also those inside of options, by path: `heartbeat.timeoutMs`, `rateLimits.*.burst`. */
function optionsOf(schema: z.ZodType): Map<string, Option> {
  const options = new Map<string, Option>();
  const walk = (option: Option, prefix: string): void => {
    const { properties = {} } = option;
    const held = heldBy(option);
    if (held !== undefined) walk(held, `${prefix}*.`);
    for (const [name, member] of Object.entries(properties)) {
      const isRequired = option.required?.includes(name) && member.default === undefined;
      options.set(`${prefix}${name}`, isRequired ? { ...member, default: required } : member);
      for (const branch of member.anyOf ?? [member]) walk(branch, `${prefix}${name}.`);
    }
  };
  walk(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Option, "");
  return options;
}

/** The rows of the table below a heading, by the name in their first cell. */
function rowsBelow(heading: string): Map<string, Row> {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = new Map<string, Row>();
  for (const line of section.split("\n")) {
    const cells = line.slice(1).split("|");
    const [name = "", , fallback = "", range = ""] = cells.map((cell) => cell.trim());
    if (!/^`[\w.*]+`$/.test(name)) continue;
    rows.set(name.replaceAll("`", ""), { fallback: parseCell(fallback), range });
  }
  return rows;
}

/** A cell as a value: `65,536`, `0o660`, `"close"`, `[]`, none. */
function parseCell(cell: string): unknown {
  const text = cell.replaceAll("`", "").trim();
  if (text === "none") return undefined;
  if (text === required) return required;
  return /^\d/.test(text) ? Number(text.replaceAll(",", "")) : JSON.parse(text);
}

/** How the page writes the range of an option; undefined where a schema cannot tell. */
function rangeOf(option: Option): string | undefined {
  if (option.type === "boolean") return "`true`, `false`";
  if (option.enum !== undefined) {
    return option.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  }
  const { exclusiveMinimum, minimum, maximum } = option;
  if (exclusiveMinimum !== undefined) {
    const end = maximum === undefined ? "" : `, up to ${maximum.toLocaleString("en")}`;
    return `above ${exclusiveMinimum}${end}`;
  }
  if (minimum === undefined) return undefined;
  if (maximum === undefined || maximum === Number.MAX_SAFE_INTEGER) return `at least ${minimum}`;
  return `${minimum.toLocaleString("en")} to ${maximum.toLocaleString("en")}`;
}

/** A default as the page writes it: codecs go by their subprotocol. */
function shown(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((item) => Reflect.get(Object(item), "subprotocol") ?? item);
}

/** The handlers of a protocol are no settings, but whoever looks them up expects them first. */
const allProtocolOptions = z.strictObject({
  handlers: z.record(z.string(), z.unknown()),
  ...protocolOptionsSchema.shape,
});

describe.each([
  ["App options", appOptionsSchema],
  ["Route options", routeOptionsSchema],
  ["Topic options", topicOptionsSchema],
  ["HTTP options", httpOptionsSchema],
  ["Push API options", pushOptionsSchema],
  ["Protocol options", allProtocolOptions],
  ["Close options", closeOptionsSchema],
])("%s in the reference", (heading, schema) => {
  const options = optionsOf(schema);
  const rows = rowsBelow(heading);

  it("name every option in the order of the schema and no other", () => {
    expect([...rows.keys()]).toEqual([...options.keys()]);
  });

  it.each([...options])("give the default and the range of %s", (name, option) => {
    const row = rows.get(name);
    expect(row?.fallback).toEqual(shown(option.default));
    // Permissions are written in octal, as chmod takes them.
    const range = name === "unixSocketMode" ? "`0o0` to `0o777`" : rangeOf(option);
    if (range !== undefined) expect(row?.range).toBe(range);
  });
});

describe("Constructor positions in the reference", () => {
  const rows = rowsBelow("Constructor positions");
  const source = readFileSync(new URL("./app.ts", import.meta.url), "utf8");

  it("name every position and its default", () => {
    const [, parameters = ""] = /constructor\(([^)]*)\)/.exec(source) ?? [];
    const positions = [...parameters.matchAll(/^\s+(\w+) = ([^,\n]+),/gm)];
    const defaults = positions.map(([, name, text = ""]) => [name, JSON.parse(text)]);
    expect(defaults).toEqual([...rows].map(([name, { fallback }]) => [name, fallback]));
    expect([...rows.keys()]).toEqual([...optionsOf(listenSchema).keys()]);
  });

  it("give the range of the port", () => {
    const port = optionsOf(listenSchema).get("port");
    expect(port && rangeOf(port)).toBe(rows.get("port")?.range);
  });
});
