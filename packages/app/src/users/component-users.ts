import type { ComponentRoute, MemberLimit } from "@windlass/core";
import type { UserRegistry } from "./user-registry.ts";
import type { Users } from "./users.ts";

/** The users of an app, as a component that recognises them itself sees them. */
export interface ComponentUsers {
  readonly registry: UserRegistry;
  readonly users: Users;
  /** How many connections a user of this route may have. */
  readonly limit: MemberLimit | undefined;
  /** The component has users: nodes have to hear about each other's. */
  need(): void;
}

/** A route of an App as its component sees it. */
export interface AppComponentRoute extends ComponentRoute {
  readonly users: ComponentUsers;
}

/** The users of a route, unless it is one without an App. */
export function usersOf(route: ComponentRoute): ComponentUsers | undefined {
  return "users" in route ? (route as AppComponentRoute).users : undefined;
}
