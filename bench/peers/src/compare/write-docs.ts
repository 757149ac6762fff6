import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { comparisonToMarkdown } from "./markdown.ts";
import { plotsOf } from "./plots.ts";
import type { Comparison } from "./result.ts";

/**
 * Writes `benchmarks.md` and the folder `benchmarks` with the plots; what was in the folder is gone.
 *
 * @param folder `docs` of the repository
 */
export async function writeDocs(folder: string, comparison: Comparison): Promise<void> {
  const plots = join(folder, "benchmarks");
  await rm(plots, { recursive: true, force: true });
  await mkdir(plots, { recursive: true });
  await writeFile(join(folder, "benchmarks.md"), comparisonToMarkdown(comparison));
  for (const [name, svg] of plotsOf(comparison)) await writeFile(join(plots, name), svg);
}
