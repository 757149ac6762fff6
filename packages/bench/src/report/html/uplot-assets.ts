import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { BenchError } from "../../contract/bench-error.ts";

export interface PlotLibrary {
  readonly script: string;
  readonly style: string;
  /** Text of its licence, which asks to be kept with every copy. */
  readonly licence: string;
}

/**
 * uPlot from the installed package, to be put into a page.
 *
 * @throws BenchError when its files are not there
 */
export function readPlotLibrary(): PlotLibrary {
  const require = createRequire(import.meta.url);
  const read = (path: string): string => readFileSync(path, "utf8");
  try {
    return {
      script: read(require.resolve("uplot/dist/uPlot.iife.min.js")),
      style: read(require.resolve("uplot/dist/uPlot.min.css")),
      licence: read(require.resolve("uplot/LICENSE")),
    };
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new BenchError(
      `Cannot read uPlot, which draws the HTML report: ${reason}. Install the package again, or use --json.`,
    );
  }
}
