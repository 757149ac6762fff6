import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { allCases } from "../client/all-cases.ts";
import { defaultTimeoutMs } from "../client/client-case.ts";
import { bundleCases, type ClientBundle } from "./client-bundle.ts";
import { ClientControl } from "./client-control.ts";
import type { ClientRuntime } from "./client-runtime.ts";
import { ClientStage } from "./client-stage.ts";
import { installTimeoutMs } from "./debian-package.ts";

const isLong = process.env["WINDLASS_TEST_LONG"] !== undefined;

/** Declares one test for each case, run where `start` says. */
export function describeClient(
  where: string,
  start: (bundle: ClientBundle) => Promise<ClientRuntime>,
): void {
  describe(`the client in ${where}`, () => {
    let bundle: ClientBundle;
    let runtime: ClientRuntime;

    beforeAll(async () => {
      bundle = await bundleCases();
      runtime = await start(bundle);
    }, installTimeoutMs);

    afterAll(async () => {
      await runtime?.close();
      await bundle?.remove();
    });

    for (const { name, timeoutMs = defaultTimeoutMs } of allCases(isLong)) {
      // The case ends itself in time; this is for a runtime that hangs.
      it(name, { timeout: timeoutMs + 30_000 }, async ({ annotate }) => {
        const stage = await ClientStage.start();
        onTestFinished(() => stage.end());
        const control = await ClientControl.start(stage);
        onTestFinished(() => control.close());
        const serverUrl = `ws://127.0.0.1:${stage.proxy.port}`;
        const result = await runtime.run({ name, controlUrl: control.url, serverUrl, isLong });
        if (!result.passed) {
          // Lines that look like those of a stack make vitest look for their files.
          const error = result.error?.replaceAll(/^\s+at /gm, "  in ");
          throw new Error(`${error}\nstage: ${JSON.stringify(stage.figures())}`);
        }
        expect(stage.log.lines.filter(({ level }) => level === "error")).toEqual([]);
        await annotate(JSON.stringify(result.figures), "figures");
      });
    }
  });
}
