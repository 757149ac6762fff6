import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** All that entries of the package export, for browsers, with what they use of `@windlass/protocol`. */
async function bundle(
  ...entries: readonly string[]
): Promise<{ readonly code: Uint8Array; readonly externals: string[] }> {
  const lines = entries.map(
    (entry, index) =>
      `import * as client${index} from "./${entry}"; globalThis.client${index} = client${index};`,
  );
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: lines.join("\n"),
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
    const { code } = await bundle("index.ts");
    expect(code.byteLength).toBeGreaterThan(10_000);
    expect(gzipSync(code).byteLength).toBeLessThan(8192);
  });

  it("has less than 1 KiB more with presence", async () => {
    const { code } = await bundle("index.ts");
    const { code: both } = await bundle("index.ts", "presence/index.ts");
    expect(gzipSync(both).byteLength - gzipSync(code).byteLength).toBeLessThan(1024);
  });

  it("needs nothing else but zod", async () => {
    const { externals } = await bundle("index.ts", "presence/index.ts");
    expect(externals.filter((path) => path !== "zod")).toEqual([]);
  });
});
