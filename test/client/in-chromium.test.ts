import { ChromiumRuntime } from "../support/client-chromium.ts";
import { describeClient } from "../support/client-suite.ts";

describeClient("Chromium", ({ casesFile }) => ChromiumRuntime.start(casesFile));
