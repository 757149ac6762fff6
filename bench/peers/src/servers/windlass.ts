import { serve } from "./windlass-routes.ts";

/** Components as they are, on routes with default options. */
await serve();
