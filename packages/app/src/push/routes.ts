import { RoutePattern } from "@windlass/core";
import { operations, type PushOperation } from "./operations.ts";

/** What answers at a path: an operation, or one of the two that are none. */
type PushEndpoint = PushOperation | "batch" | "document";

/** A path of the push API, below its base path. */
export interface PushRoute {
  /** As `/users/:userId/send`. */
  readonly path: string;
  readonly methods: readonly ("GET" | "POST")[];
  readonly endpoint: PushEndpoint;
}

/** Every route there is. The document is made from this table, too. */
export const pushRoutes: readonly PushRoute[] = [
  { path: "/publish", methods: ["POST"], endpoint: operations.publish },
  { path: "/users/:userId/send", methods: ["POST"], endpoint: operations.send },
  { path: "/users/:userId/disconnect", methods: ["POST"], endpoint: operations.disconnect },
  { path: "/users/:userId", methods: ["GET"], endpoint: operations.user },
  { path: "/topics/:topic/history", methods: ["GET", "POST"], endpoint: operations.history },
  { path: "/topics/:topic/presence", methods: ["GET", "POST"], endpoint: operations.presence },
  { path: "/batch", methods: ["POST"], endpoint: "batch" },
  { path: "/info", methods: ["GET"], endpoint: operations.info },
  { path: "/openapi.json", methods: ["GET"], endpoint: "document" },
];

const patterns = pushRoutes.map((route) => ({ route, pattern: new RoutePattern(route.path) }));

/** A route that fits, and the parameters of its path, decoded. */
export interface PushMatch {
  readonly route: PushRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** @param path below the base path, as it was sent */
export function findRoute(path: string): PushMatch | undefined {
  for (const { route, pattern } of patterns) {
    const params = pattern.match(path);
    if (params !== undefined) return { route, params };
  }
  return undefined;
}
