import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { CaseEnvironment, CaseOrder, CaseResult } from "./client-case.ts";

/** What this program is started with: where the cases are, and the WebSocket where Node has none. */
interface Start {
  readonly casesUrl: string;
  readonly webSocketUrl: string | null;
}

const start: Start = JSON.parse(process.argv[2] ?? "");
const { runCase }: { runCase: typeof import("./run-case.ts").runCase } = await import(
  start.casesUrl
);

async function webSocket(): Promise<CaseEnvironment["WebSocket"]> {
  if (start.webSocketUrl === null) return WebSocket;
  const module: { WebSocket: CaseEnvironment["WebSocket"] } = await import(start.webSocketUrl);
  return module.WebSocket;
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 2; round += 1) {
    await turn();
    collect();
  }
}

const environment: CaseEnvironment = { WebSocket: await webSocket(), collectGarbage };

process.on("message", (order: CaseOrder) => {
  void runCase(order, environment).then((result: CaseResult) => process.send?.(result));
});
process.send?.("ready");
