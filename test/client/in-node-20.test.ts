import { NodeRuntime } from "../support/client-node.ts";
import { describeClient } from "../support/client-suite.ts";

describeClient("Node 20 with ws", (bundle) =>
  NodeRuntime.start(bundle, 20, import.meta.resolve("ws")),
);
