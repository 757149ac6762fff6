import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LmdbBroker } from "@windlass/broker-lmdb";
import { serve } from "./windlass-routes.ts";

/** As `windlass-history`, with the history on disk: a publication is delivered when it is durable. */
const folder = mkdtempSync(join(tmpdir(), "windlass-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
await serve({ isKept: true, broker: new LmdbBroker({ path: join(folder, "store") }) });
