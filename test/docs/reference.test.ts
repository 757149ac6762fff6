import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/reference/api.md"), "utf8");
const source = readFileSync(join(root, "packages/app/src/index.ts"), "utf8");

/** The names of the export statements that `pattern` finds, sorted. */
function exportsOf(pattern: RegExp): string[] {
  const lists = [...source.matchAll(pattern)].map(([, names = ""]) => names.split(","));
  const names = lists.flat().map((name) => name.trim());
  return names.filter((name) => name !== "").sort();
}

/** The names of the page's tables whose kind `pattern` fits, sorted. */
function documented(pattern: RegExp): string[] {
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\| \S/gm)];
  const fitting = rows.filter(([, , kind = ""]) => pattern.test(kind));
  return fitting.map(([, name = ""]) => name).sort();
}

it("the API reference lists every exported type and no other", () => {
  expect(documented(/^type$/)).toEqual(exportsOf(/^export type \{([^}]*)\}/gm));
});

it("the API reference lists every exported class, function and value and no other", async () => {
  const values = documented(/^(class|function|value)$/);
  expect(values).toEqual(exportsOf(/^export \{([^}]*)\}/gm));
  expect(values).toEqual(Object.keys(await import("@windlass/app")).sort());
});

it("every row of the API reference names a kind that exists", () => {
  expect(documented(/^(?!type$|class$|function$|value$)/)).toEqual([]);
});
