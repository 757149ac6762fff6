import { serve } from "./windlass-routes.ts";

/** As `windlass`, and the room keeps its last 100 publications in memory. */
await serve({ isKept: true });
