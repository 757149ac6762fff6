import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

const cases = fileURLToPath(new URL("../client/", import.meta.url));

/** The cases as one file for every runtime, and the program that runs them in Node. */
export interface ClientBundle {
  readonly casesFile: string;
  readonly nodeFile: string;
  remove(): Promise<void>;
}

/** Bundles the cases once; a module of Node in them makes that fail. */
export async function bundleCases(): Promise<ClientBundle> {
  const folder = await mkdtemp(join(tmpdir(), "windlass-client-"));
  const common: BuildOptions = {
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["@windlass/source"],
    sourcemap: "inline",
    logLevel: "silent",
  };
  const casesFile = join(folder, "cases.mjs");
  const nodeFile = join(folder, "run-in-node.mjs");
  await Promise.all([
    build({
      ...common,
      entryPoints: [join(cases, "run-case.ts")],
      outfile: casesFile,
      platform: "neutral",
      mainFields: ["module", "main"],
    }),
    build({
      ...common,
      entryPoints: [join(cases, "run-in-node.ts")],
      outfile: nodeFile,
      platform: "node",
    }),
  ]);
  return {
    casesFile,
    nodeFile,
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}
