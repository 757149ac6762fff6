/**
 * The directions of the house, innermost first: contract < guard | component | routing | pubsub | uws < testing,
 * and core < app < apps | examples | test. `test/e2e/architecture.test.ts` shows each rule failing once.
 */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "core-knows-no-app",
      severity: "error",
      from: { path: "^packages/core/" },
      to: { path: "^packages/app/|^apps/|^examples/|^test/" },
    },
    {
      name: "core-knows-no-zod-no-pino",
      severity: "error",
      from: { path: "^packages/core/" },
      to: { path: "node_modules/(zod|pino)/" },
    },
    {
      name: "contract-is-innermost",
      severity: "error",
      from: { path: "^packages/core/src/contract/" },
      to: { path: "^packages/core/src/(?!contract/)" },
    },
    {
      name: "rooms-do-not-import-each-other",
      comment:
        "guard, component, routing, pubsub and uws may import contract and their own files only",
      severity: "error",
      from: {
        path: "^packages/core/src/(guard|component|routing|pubsub|uws)/",
        pathNot: "\\.test\\.ts$",
      },
      to: { path: "^packages/core/src/(?!contract/)[^/]+/", pathNot: "^packages/core/src/$1/" },
    },
    {
      name: "testing-helpers-stay-out-of-production",
      severity: "error",
      from: { path: "^packages/[^/]+/src/(?!testing/)", pathNot: "\\.test\\.ts$" },
      to: { path: "^packages/core/src/testing/" },
    },
    {
      name: "native-module-only-in-uws",
      comment: "test/native proves facts about the engine itself",
      severity: "error",
      from: { pathNot: "^packages/core/src/uws/|^test/native/" },
      to: { path: "uWebSockets|uws-pack" },
    },
    {
      name: "apps-use-public-entry-only",
      severity: "error",
      from: { path: "^(apps|examples|test)/" },
      to: {
        path: "^packages/[^/]+/src/",
        pathNot: "^packages/[^/]+/src/(index|testing/index|uws/index)\\.ts$",
      },
    },
    {
      name: "only-compose-wires-the-transport",
      severity: "error",
      from: { path: "^packages/app/src/", pathNot: "^packages/app/src/compose\\.ts$" },
      to: { path: "^packages/core/src/uws/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/" },
    enhancedResolveOptions: {
      conditionNames: ["@windlass/source", "import", "types", "default"],
      exportsFields: ["exports"],
    },
  },
};
