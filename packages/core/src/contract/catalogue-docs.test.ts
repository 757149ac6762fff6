import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CloseCode } from "./close-code.ts";
import type { DisconnectCause } from "./disconnect.ts";
import { Disconnects } from "./disconnects.ts";
import { type CatalogueEntry, errorCatalogue } from "./error-catalogue.ts";

/** Every cause; the compiler sees to it that none is missing and none too many. */
const causes = {
  peer: true,
  server: true,
  timeout: true,
  backpressure: true,
  "too-big": true,
  protocol: true,
  policy: true,
  shutdown: true,
  error: true,
} satisfies Record<DisconnectCause, true>;

function read(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
}

/** The cells of the tables whose first column has this title, row by row, without code marks. */
function tables(page: string, firstColumn: string): string[][] {
  const blocks = page
    .split("\n\n")
    .filter((block) => /^\| *([\w ]*?) *\|/.exec(block)?.[1] === firstColumn);
  return blocks.flatMap((block) => {
    const rows = block.trimEnd().split("\n").slice(2);
    return rows.map((row) =>
      row
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  });
}

describe("the reference of errors", () => {
  const page = read("docs/reference/errors.md");

  it("lists every code with its status, in the order of the catalogue, and no other", () => {
    const documented = tables(page, "Code").map(([code, status]) => [code, status]);
    const catalogue: Readonly<Record<string, CatalogueEntry>> = errorCatalogue;
    const entries = Object.entries(catalogue);
    expect(documented).toEqual(entries.map(([code, { status = "" }]) => [code, String(status)]));
  });

  it("says of every code what it means and how to solve it", () => {
    for (const [code, , meaning, solution] of tables(page, "Code")) {
      expect([code, meaning]).not.toContain("");
      expect([code, solution]).not.toContain("");
    }
  });

  it("groups the codes as the source does", () => {
    const source = read("packages/core/src/contract/error-catalogue.ts");
    const groups = source.split(/^ {2}\/\/ /m).slice(1);
    const inSource = groups.map((group) => group.match(/^ {2}ERR_\w+/gm)?.map((key) => key.trim()));
    const sections = page.split(/^## /m).map((text) => tables(text, "Code").map(([code]) => code));
    expect(sections.filter((codes) => codes.length > 0)).toEqual(inSource);
  });

  it("mentions no code that does not exist", () => {
    for (const [code] of page.matchAll(/\bERR_[A-Z_]+\b/g))
      expect(errorCatalogue).toHaveProperty(code);
  });
});

describe("the reference of close codes", () => {
  const page = read("docs/reference/close-codes.md");

  it("lists every code with its name, in order, and no other", () => {
    const documented = tables(page, "Number").map(([number, name]) => [name, Number(number)]);
    expect(documented).toEqual(Object.entries(CloseCode));
  });

  it("says which range lets a client reconnect", () => {
    for (const [number, , , , advice = ""] of tables(page, "Number")) {
      if (Number(number) >= 4500) expect(advice).toMatch(/^no/);
      else if (Number(number) >= 4000) expect(advice).toMatch(/^yes/);
    }
  });

  it("lists every named disconnect with code, reason and cause", () => {
    const documented = tables(page, "Disconnect");
    const values = Object.entries(Disconnects);
    expect(documented).toEqual(
      values.map(([name, { code, reason, cause }]) => [name, String(code), reason, cause]),
    );
  });

  it("lists every cause and no other", () => {
    const documented = tables(page, "Cause").map(([cause]) => cause);
    expect(documented.filter((cause) => cause !== "")).toEqual(Object.keys(causes));
  });
});
