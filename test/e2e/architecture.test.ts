import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseOptions, type IFlattenedRuleSet } from "dependency-cruiser";
import { afterAll, expect, test } from "vitest";

interface Configuration {
  readonly forbidden: readonly { readonly name: string }[];
  readonly options: ICruiseOptions;
}

const require = createRequire(import.meta.url);
const configuration: Configuration = require("../../.dependency-cruiser.cjs");

/** For each rule the smallest tree that breaks it: the importing file first. */
const violations: Readonly<Record<string, readonly [from: string, to: string]>> = {
  "no-cycles": ["packages/core/src/guard/a.ts", "packages/core/src/guard/a.ts"],
  "core-knows-no-app": ["packages/core/src/guard/a.ts", "packages/app/src/index.ts"],
  "core-knows-no-zod-no-pino": ["packages/core/src/guard/a.ts", "node_modules/zod/index.js"],
  "contract-is-innermost": ["packages/core/src/contract/a.ts", "packages/core/src/guard/b.ts"],
  "rooms-do-not-import-each-other": ["packages/core/src/guard/a.ts", "packages/core/src/uws/b.ts"],
  "testing-helpers-stay-out-of-production": [
    "packages/app/src/a.ts",
    "packages/core/src/testing/b.ts",
  ],
  "native-module-only-in-uws": ["packages/app/src/a.ts", "node_modules/uWebSockets.js/index.js"],
  "apps-use-public-entry-only": ["apps/demo-chat/src/a.ts", "packages/app/src/app.ts"],
  "bench-knows-no-server": ["packages/bench/src/run/a.ts", "packages/core/src/index.ts"],
  "bench-rooms-import-inwards": ["packages/bench/src/wire/a.ts", "packages/bench/src/load/b.ts"],
  "bench-workers-and-reports-know-no-run": [
    "packages/bench/src/report/a.ts",
    "packages/bench/src/run/b.ts",
  ],
  "bench-cli-is-outermost": ["packages/bench/src/run/a.ts", "packages/bench/src/cli/b.ts"],
  "core-knows-no-protocol": ["packages/core/src/guard/a.ts", "packages/protocol/src/index.ts"],
  "protocol-knows-zod-only": ["packages/protocol/src/a.ts", "packages/core/src/index.ts"],
  "msgpack-room-knows-msgpack-only": [
    "packages/protocol/src/msgpack/a.ts",
    "node_modules/msgpackr/index.js",
  ],
  "protocol-rooms-import-inwards": [
    "packages/protocol/src/a.ts",
    "packages/protocol/src/asyncapi/b.ts",
  ],
  "client-knows-protocol-only": ["packages/client/src/link/a.ts", "node_modules/zod/index.js"],
  "broker-lmdb-knows-core-and-lmdb": ["packages/broker-lmdb/src/a.ts", "node_modules/zod/index.js"],
  "broker-redis-knows-core-and-redis": [
    "packages/broker-redis/src/a.ts",
    "node_modules/zod/index.js",
  ],
  "broker-redis-rooms-import-inwards": [
    "packages/broker-redis/src/topic/a.ts",
    "packages/broker-redis/src/presence/b.ts",
  ],
  "broker-redis-links-know-links-only": [
    "packages/broker-redis/src/link/a.ts",
    "packages/broker-redis/src/topic/b.ts",
  ],
  "app-knows-no-client": ["packages/app/src/a.ts", "packages/client/src/index.ts"],
  "only-compose-wires-the-transport": ["packages/app/src/app.ts", "packages/core/src/uws/index.ts"],
};

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** The names of the rules that a tree with this one import breaks. */
async function brokenRules(from: string, to: string): Promise<string[]> {
  const baseDir = await mkdtemp(join(tmpdir(), "windlass-architecture-"));
  folders.push(baseDir);
  const depth = dirname(from).split("/").length;
  const target = `${"../".repeat(depth)}${to}`;
  const cycle = `import "./${from.split("/").at(-1)?.replace("a.ts", "c.ts")}";\n`;
  const files: Record<string, string> = {
    "package.json": "{}",
    [to]: "export {};\n",
    [from]: from === to ? cycle : `import "${target}";\n`,
  };
  if (from === to) files[join(dirname(from), "c.ts")] = 'import "./a.ts";\n';
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(baseDir, dirname(name)), { recursive: true });
    await writeFile(join(baseDir, name), text);
  }
  const ruleSet = { forbidden: configuration.forbidden } as IFlattenedRuleSet;
  const options = { ...configuration.options, baseDir, ruleSet, validate: true };
  const { output } = await cruise([from.split("/")[0] ?? ""], options);
  if (typeof output === "string") throw new Error(output);
  return output.summary.violations.map((violation) => violation.rule.name);
}

test("rooms of protocol do not import each other, however deep", async () => {
  const from = "packages/protocol/src/asyncapi/page/a.ts";
  const rules = await brokenRules(from, "packages/protocol/src/msgpack/b.ts");
  expect(rules).toEqual(["protocol-rooms-import-inwards"]);
});

test("every rule of the architecture has a violation that shows it", () => {
  expect(Object.keys(violations).sort()).toEqual(
    configuration.forbidden.map((rule) => rule.name).sort(),
  );
});

test.each(Object.entries(violations))("%s is noticed", async (rule, [from, to]) => {
  expect(await brokenRules(from, to)).toContain(rule);
});

/** Imports that look like those above and are right. */
const rightImports: readonly (readonly [from: string, to: string])[] = [
  ["packages/core/src/guard/a.ts", "packages/core/src/guard/b.ts"],
  ["packages/app/src/protocol/a.ts", "packages/protocol/src/index.ts"],
  ["packages/protocol/src/a.ts", "node_modules/zod/index.js"],
  ["packages/protocol/src/asyncapi/a.ts", "packages/protocol/src/b.ts"],
  ["packages/protocol/src/asyncapi/page/a.ts", "packages/protocol/src/asyncapi/b.ts"],
  ["packages/protocol/src/msgpack/a.ts", "node_modules/@msgpack/msgpack/index.js"],
  ["packages/protocol/src/msgpack/a.ts", "packages/protocol/src/msgpack/b.ts"],
  ["packages/client/src/link/a.ts", "packages/protocol/src/index.ts"],
  ["packages/broker-lmdb/src/a.ts", "packages/core/src/index.ts"],
  ["packages/broker-lmdb/src/store/a.ts", "node_modules/lmdb/index.js"],
  ["packages/broker-redis/src/topic/a.ts", "packages/core/src/index.ts"],
  ["packages/broker-redis/src/link/a.ts", "node_modules/redis/index.js"],
  ["test/e2e/a.ts", "packages/protocol/src/msgpack/index.ts"],
];

test.each(rightImports)("%s may import %s", async (from, to) => {
  expect(await brokenRules(from, to)).toEqual([]);
});
