import { readFileSync } from "node:fs";

/** The version of this package. `src/run` and `dist/run` are equally deep. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
