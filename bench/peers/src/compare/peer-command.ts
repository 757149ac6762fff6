import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { BenchError } from "@windlass/bench";
import { findBun } from "./bun-binary.ts";
import type { Peer } from "./peers.ts";

/** The folder of this package, from `src` as well as from `dist`. */
export const packageRoot = new URL("../../", import.meta.url);

/**
 * `built` is what users run, and what the comparison runs: JavaScript from the compiler. `source`
 * needs no build; but tsx, which runs it, names every function at run time, which costs.
 */
export type PeerForm = "built" | "source";

/** The command that starts a server, or `undefined` where its runtime is missing. */
export function peerCommand(peer: Peer, form: PeerForm): readonly string[] | undefined {
  const file = (folder: string, extension: string) =>
    fileURLToPath(
      new URL(`${folder}/servers/${peer.name.replace(".", "-")}${extension}`, packageRoot),
    );
  if (peer.runtime === "bun") {
    const bun = findBun();
    return bun && [bun.file, file("src", ".ts")];
  }
  const node = [process.execPath, "--expose-gc"];
  return form === "built"
    ? [...node, file("dist", ".js")]
    : [...node, "--conditions=@windlass/source", "--import", "tsx", file("src", ".ts")];
}

/**
 * Compiles this package and those that it uses, as far as they have changed.
 *
 * @throws BenchError with the compiler's output
 */
export function buildPackage(): void {
  const compiler = createRequire(import.meta.url).resolve("typescript/lib/tsc.js");
  const args = [compiler, "--build", fileURLToPath(packageRoot)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status === 0) return;
  throw new BenchError(
    `The comparison does not compile; mend what the compiler says.\n${stdout}${stderr}`,
  );
}
