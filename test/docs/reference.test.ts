import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/reference/api.md"), "utf8");

/** The public entries, and the source of each. */
const entries = {
  "@windlass/app": "packages/app/src/index.ts",
  "@windlass/protocol": "packages/protocol/src/index.ts",
  "@windlass/protocol/msgpack": "packages/protocol/src/msgpack/index.ts",
  "@windlass/protocol/asyncapi": "packages/protocol/src/asyncapi/index.ts",
  "@windlass/client": "packages/client/src/index.ts",
  "@windlass/client/presence": "packages/client/src/presence/index.ts",
} as const;

/** The sections of the page by the entry that their heading names. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [/^`([^`]+)`/.exec(section)?.[1] ?? section.split("\n")[0], section]),
);

it("the API reference has a section for each public entry and no other", () => {
  expect([...sections.keys()]).toEqual(Object.keys(entries));
});

describe.each(Object.entries(entries))("the API reference of %s", (entry, path) => {
  const section = sections.get(entry) ?? "";
  const source = readFileSync(join(root, path), "utf8");

  /** The names of the export statements that `pattern` finds, sorted. */
  function exportsOf(pattern: RegExp): string[] {
    const lists = [...source.matchAll(pattern)].map(([, names = ""]) => names.split(","));
    const names = lists.flat().map((name) => name.trim());
    return names.filter((name) => name !== "").sort();
  }

  /** The names of the section's tables whose kind `pattern` fits, sorted. */
  function documented(pattern: RegExp): string[] {
    const rows = [...section.matchAll(/^\| `(\w+)` +\| (\w+) +\| \S/gm)];
    const fitting = rows.filter(([, , kind = ""]) => pattern.test(kind));
    return fitting.map(([, name = ""]) => name).sort();
  }

  it("lists every exported type and no other", () => {
    const declared = exportsOf(/^export (?:type|interface) (\w+)/gm);
    const listed = exportsOf(/^export type \{([^}]*)\}/gm);
    expect(documented(/^type$/)).toEqual([...declared, ...listed].sort());
  });

  it("lists every exported class, function and value and no other", async () => {
    const values = documented(/^(class|function|value)$/);
    expect(values).toEqual(Object.keys(await import(entry)).sort());
  });

  it("says the right kind", async () => {
    const exported: Readonly<Record<string, unknown>> = await import(entry);
    for (const [name, value] of Object.entries(exported)) {
      const isClass = typeof value === "function" && /^class\b/.test(String(value));
      const kind = isClass ? "class" : typeof value === "function" ? "function" : "value";
      expect(documented(new RegExp(`^${kind}$`))).toContain(name);
    }
  });

  it("names no kind that does not exist", () => {
    expect(documented(/^(?!type$|class$|function$|value$)/)).toEqual([]);
  });
});
