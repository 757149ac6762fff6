/** How the broker is, for health checks and dashboards. */
export interface RedisHealth {
  /**
   * - `ready`: there is a link to every server
   * - `connecting`: at least one link is missing, and is being replaced
   * - `closed`: not opened yet, or closed
   */
  readonly state: "ready" | "connecting" | "closed";
  /** Why the last link was lost, or could not be replaced; stays when it has been. */
  readonly lastError: string | undefined;
  /** How long the last ping took, in milliseconds, the longest of all servers; `undefined` before the first one. */
  readonly roundTripMs: number | undefined;
}
