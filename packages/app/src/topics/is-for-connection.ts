import type { PublicationAttributes } from "@windlass/core";

/** Whether the lists of a publication let a connection have it. */
export function isForConnection(
  { exclude, eligible }: PublicationAttributes,
  connectionId: string,
): boolean {
  if (exclude?.includes(connectionId)) return false;
  return eligible?.includes(connectionId) ?? true;
}
