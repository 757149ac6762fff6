import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { clientErrors } from "@windlass/client";
import { wireErrors } from "@windlass/protocol";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/reference/client.md"), "utf8");

/** Where the options are declared. */
const sources = [
  "client/client-options.ts",
  "client/heartbeat.ts",
  "link/link.ts",
  "link/back-off.ts",
  "outbox/queue-options.ts",
].map((file) => readFileSync(join(root, "packages/client/src", file), "utf8"));

/** What one option is in the source: its comment and its type. */
interface Option {
  readonly comment: string;
  readonly type: string;
}

/** The members of an interface of the sources, those of what it extends first. */
function membersOf(name: string): Map<string, Option> {
  const found = sources.flatMap((source) => {
    const pattern = new RegExp(
      `^export interface ${name}(?: extends (\\w+))? \\{\\n(.*?)^\\}`,
      "ms",
    );
    const match = pattern.exec(source);
    return match === null ? [] : [match];
  });
  const [, base, body = ""] = found[0] ?? [];
  if (found.length === 0) throw new Error(`${name} is not in the sources`);
  const members = base === undefined ? new Map<string, Option>() : membersOf(base);
  const pattern = /\/\*\*((?:(?!\*\/).)*)\*\/\s*readonly (\w+)\??: ([^;]+);/gs;
  for (const [, text = "", member = "", type = ""] of body.matchAll(pattern)) {
    members.set(member, { comment: text.replaceAll(/\s*\n\s*\*?/g, " ").trim(), type });
  }
  return members;
}

/** The options, also those inside of options, by path: `queue.maxBytes`. */
function optionsOf(name: string, prefix = ""): Map<string, Option> {
  const options = new Map<string, Option>();
  for (const [member, option] of membersOf(name)) {
    options.set(`${prefix}${member}`, option);
    const inner = /^(\w+Options)\b/.exec(option.type)?.[1];
    if (inner === undefined) continue;
    for (const [path, part] of optionsOf(inner, `${prefix}${member}.`)) options.set(path, part);
  }
  return options;
}

/** The rows of the table whose first column has this title: the cells, without code marks. */
function rowsOf(title: string): string[][] {
  const [table = ""] = page.split("\n\n").filter((block) => block.startsWith(`| ${title} |`));
  const rows = table.trimEnd().split("\n").slice(2);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

describe("the options of the client in the reference", () => {
  const options = optionsOf("ClientOptions");
  const rows = rowsOf("Name").map(([first = "", ...rest]) => {
    const [, name = first, star] = /^`([\w.]+)`( \*)?$/.exec(first) ?? [];
    const [unit = "", fallback = "", range = "", effect = ""] = rest;
    return { name, isShared: star !== undefined, unit, fallback, range, effect };
  });

  it("are those of the source, and the handlers, and no other", () => {
    expect(rows.map(({ name }) => name)).toEqual(["handlers", ...options.keys()]);
  });

  it("are marked when they are for a ReconnectingWebSocket, too", () => {
    const marked = rows.filter(({ isShared }) => isShared).map(({ name }) => name);
    const queue = [...options.keys()].filter((name) => name.startsWith("queue"));
    expect(marked).toEqual([...optionsOf("LinkOptions").keys(), ...queue]);
  });

  it.each([...options])("have the default of the source: %s", (name, { comment, type }) => {
    const row = rows.find((candidate) => candidate.name === name);
    const [, written] = /Default: (.+?)(?: \(.*\))?\.(?:$| )/.exec(comment) ?? [];
    const isGroup = /^\w+Options\b/.test(type);
    if (written === undefined) expect(row?.fallback).toBe(isGroup ? "`{}`" : "none");
    // What is no value is said among the effects.
    else if (row?.fallback === "none") expect(row.effect).toContain(written.split(/[,;]/)[0]);
    else expect(plain(row?.fallback ?? "")).toBe(plain(written));
  });

  it("have a range and an effect, and times their unit", () => {
    for (const { name, unit, range, effect } of rows) {
      if (name !== "queue") expect([name, range]).not.toContain("");
      expect([name, effect]).not.toContain("");
      if (name.endsWith("Ms")) expect([name, unit]).toEqual([name, "milliseconds"]);
    }
  });
});

/** `1,000`, `1000` and `"resend"` in one spelling. */
function plain(text: string): string {
  return text.replaceAll(/[`,]/g, "");
}

describe("the error codes of the client in the reference", () => {
  const rows = rowsOf("Code");

  it("are those of the source, in its order", () => {
    const codes = rows.map(([code = ""]) => code.replaceAll("`", ""));
    expect(codes).toEqual(Object.keys(clientErrors));
  });

  it("say where they appear, what they mean and what to do", () => {
    for (const cells of rows) expect(cells.filter((cell) => cell !== "")).toHaveLength(4);
  });

  it("are no others in the guide", () => {
    const known: readonly string[] = [...Object.keys(clientErrors), ...Object.keys(wireErrors)];
    const guide = readFileSync(join(root, "docs/guide/client.md"), "utf8");
    for (const [code] of `${guide}${page}`.matchAll(/\bERR_[A-Z_]+\b/g)) {
      if (code !== "ERR_") expect(known).toContain(code);
    }
  });
});
