import { rateLimited, serialized } from "@windlass/app";
import { serve } from "./windlass-routes.ts";

/** Far above what any run sends, so that each message is counted and none is refused. */
const limit = { messagesPerSecond: 1_000_000_000 };

await serve({ wrap: (component) => rateLimited(serialized(component), limit) });
