import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { comparison } from "./comparison.test-helper.ts";
import { writeDocs } from "./write-docs.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bench-docs-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("writeDocs", () => {
  it("writes the page and a plot for each scenario it shows", async () => {
    await writeDocs(folder, comparison());
    const page = await readFile(join(folder, "benchmarks.md"), "utf8");
    const shown = [...page.matchAll(/\(benchmarks\/([^)]+)\)/g)].map(([, file]) => file);
    expect(shown.length).toBeGreaterThan(0);
    expect((await readdir(join(folder, "benchmarks"))).sort()).toEqual(shown.sort());
  });

  it("takes away plots of scenarios that are no more", async () => {
    await mkdir(join(folder, "benchmarks"));
    await writeFile(join(folder, "benchmarks", "old.svg"), "");
    await writeDocs(folder, comparison());
    expect(await readdir(join(folder, "benchmarks"))).not.toContain("old.svg");
  });
});
