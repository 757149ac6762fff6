/**
 * The directions of the house, innermost first: contract < guard | component | routing | pubsub | presence | uws < testing,
 * core | protocol < app, protocol < client, and these < apps | bench | examples | test. packages/bench loads any
 * server and knows none of ours; its rooms: contract < wire | measure | settings < load | report < run < cli.
 * `test/e2e/architecture.test.ts` shows each rule failing once.
 */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "core-knows-no-app",
      severity: "error",
      from: { path: "^packages/core/" },
      to: { path: "^packages/(app|bench)/|^apps/|^bench/|^examples/|^test/" },
    },
    {
      name: "core-knows-no-protocol",
      comment: "core moves messages and does not read them",
      severity: "error",
      from: { path: "^packages/core/" },
      to: { path: "^packages/(protocol|client)/" },
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
        "guard, component, routing, pubsub, presence and uws may import contract and their own files only",
      severity: "error",
      from: {
        path: "^packages/core/src/(guard|component|routing|pubsub|presence|uws)/",
        pathNot: "\\.test\\.ts$",
      },
      to: { path: "^packages/core/src/(?!contract/)[^/]+/", pathNot: "^packages/core/src/$1/" },
    },
    {
      name: "testing-helpers-stay-out-of-production",
      severity: "error",
      from: { path: "^packages/[^/]+/src/(?!testing/)", pathNot: "\\.test(-helper)?\\.ts$" },
      to: { path: "^packages/core/src/testing/" },
    },
    {
      name: "native-module-only-in-uws",
      comment: "test/native proves facts about the engine itself; bench/peers measures it",
      severity: "error",
      from: {
        pathNot: "^packages/core/src/uws/|^test/native/|^bench/peers/src/servers/raw-uws\\.ts$",
      },
      to: { path: "uWebSockets|uws-pack" },
    },
    {
      name: "apps-use-public-entry-only",
      severity: "error",
      from: { path: "^(apps|bench|examples|test)/" },
      to: {
        path: "^packages/[^/]+/src/",
        pathNot: "^packages/[^/]+/src/((testing|uws|msgpack|asyncapi|presence)/)?index\\.ts$",
      },
    },
    {
      name: "protocol-knows-zod-only",
      comment:
        "it runs in browsers, Node and workers; the room for MessagePack knows its library, too",
      severity: "error",
      from: {
        path: "^packages/protocol/src/",
        pathNot: "\\.test(-helper)?\\.ts$|^packages/protocol/src/msgpack/",
      },
      to: { pathNot: "^packages/protocol/src/|node_modules/zod/" },
    },
    {
      name: "msgpack-room-knows-msgpack-only",
      severity: "error",
      from: { path: "^packages/protocol/src/msgpack/", pathNot: "\\.test(-helper)?\\.ts$" },
      to: { pathNot: "^packages/protocol/src/|node_modules/(zod|@msgpack/msgpack)/" },
    },
    {
      name: "protocol-rooms-import-inwards",
      comment: "who declares messages and speaks JSON must not load MessagePack or AsyncAPI",
      severity: "error",
      from: {
        path: "^packages/protocol/src/(?:(msgpack|asyncapi)/.+|[^/]+)$",
        pathNot: "\\.test(-helper)?\\.ts$",
      },
      to: {
        path: "^packages/protocol/src/(msgpack|asyncapi)/",
        pathNot: "^packages/protocol/src/$1/",
      },
    },
    {
      name: "client-knows-protocol-only",
      comment: "every byte of it is loaded by browsers",
      severity: "error",
      from: { path: "^packages/client/src/", pathNot: "\\.test(-helper)?\\.ts$" },
      to: { pathNot: "^packages/client/src/|^packages/protocol/src/index\\.ts$" },
    },
    {
      name: "broker-lmdb-knows-core-and-lmdb",
      comment: "a broker is written against the contracts alone, as anybody's could be",
      severity: "error",
      from: { path: "^packages/broker-lmdb/src/", pathNot: "\\.test(-helper)?\\.ts$" },
      to: {
        pathNot: "^packages/broker-lmdb/src/|^packages/core/src/index\\.ts$|node_modules/lmdb/",
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "broker-redis-knows-core-and-redis",
      comment: "a broker is written against the contracts alone, as anybody's could be",
      severity: "error",
      from: { path: "^packages/broker-redis/src/", pathNot: "\\.test(-helper)?\\.ts$" },
      to: {
        pathNot: "^packages/broker-redis/src/|^packages/core/src/index\\.ts$|node_modules/redis/",
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "broker-redis-rooms-import-inwards",
      comment: "link < feed < topic < presence: what comes over a link knows nothing of topics",
      severity: "error",
      from: {
        path: "^packages/broker-redis/src/(link|feed|topic)/",
        pathNot: "\\.test(-helper)?\\.ts$",
      },
      to: { path: "^packages/broker-redis/src/presence/" },
    },
    {
      name: "broker-redis-links-know-links-only",
      severity: "error",
      from: {
        path: "^packages/broker-redis/src/(link|feed)/",
        pathNot: "\\.test(-helper)?\\.ts$",
      },
      to: { path: "^packages/broker-redis/src/(?!link/|feed/)" },
    },
    {
      name: "app-knows-no-client",
      severity: "error",
      from: { path: "^packages/app/" },
      to: { path: "^packages/client/" },
    },
    {
      name: "bench-knows-no-server",
      comment: "what measures Windlass and its peers shares no code with them",
      severity: "error",
      from: { path: "^packages/bench/" },
      to: { path: "^packages/(core|app|protocol|client)/|^apps/|^bench/|^examples/|^test/" },
    },
    {
      name: "bench-rooms-import-inwards",
      severity: "error",
      from: {
        path: "^packages/bench/src/(contract|wire|measure|settings)/",
        pathNot: "\\.test\\.ts$",
      },
      to: { path: "^packages/bench/src/(?!contract/)[^/]+/", pathNot: "^packages/bench/src/$1/" },
    },
    {
      name: "bench-workers-and-reports-know-no-run",
      severity: "error",
      from: { path: "^packages/bench/src/(load|report)/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^packages/bench/src/(load|report|run|cli)/",
        pathNot: "^packages/bench/src/$1/",
      },
    },
    {
      name: "bench-cli-is-outermost",
      severity: "error",
      from: { path: "^packages/bench/src/run/" },
      to: { path: "^packages/bench/src/cli/" },
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
