import { NodeRuntime } from "../support/client-node.ts";
import { describeClient } from "../support/client-suite.ts";

describeClient("Node 22", (bundle) => NodeRuntime.start(bundle, 22, null));
