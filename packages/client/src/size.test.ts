import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** All that the package exports, for browsers, with what it uses of `@windlass/protocol`. */
async function bundle(): Promise<{ readonly code: Uint8Array; readonly externals: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: 'import * as client from "./index.ts"; globalThis.client = client;',
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    conditions: ["@windlass/source"],
    external: ["zod"],
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs);
  const imports = output?.imports ?? [];
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return { code, externals: imports.filter(({ external }) => external).map(({ path }) => path) };
}

describe("the package in a browser", () => {
  it("has less than 8 KiB, minified and compressed, without zod", async () => {
    const { code } = await bundle();
    expect(code.byteLength).toBeGreaterThan(10_000);
    expect(gzipSync(code).byteLength).toBeLessThan(8192);
  });

  it("needs nothing else but zod", async () => {
    const { externals } = await bundle();
    expect(externals.filter((path) => path !== "zod")).toEqual([]);
  });
});
