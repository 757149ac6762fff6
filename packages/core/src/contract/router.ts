import type { Refusal } from "./guard.ts";

/** A route that fits, with its path parameters. */
export interface RouteMatch<Route> {
  readonly accepted: true;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a path and host, or says in a 404 what was looked for and what there is. */
export interface Router<Route> {
  /** Every route with its pattern, in the order of declaration. */
  readonly entries: readonly { readonly pattern: string; readonly route: Route }[];
  find(path: string, host: string): RouteMatch<Route> | Refusal;
}
