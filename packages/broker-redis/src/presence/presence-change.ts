import type { PresenceChange } from "@windlass/core";

/** One change as Redis tells it. */
export interface StoredChange {
  readonly kind: "join" | "leave";
  readonly memberId: string;
  /** JSON; empty when there is none. */
  readonly data: string;
  /** Begins anew when everybody has left. */
  readonly epoch: string;
  /** Counts the changes of an epoch, from 1. */
  readonly number: number;
}

/** Reads a message of the channel of changes; `undefined` when it is none. */
export function parseChange(message: Buffer): StoredChange | undefined {
  const [kind, memberId, data, epoch, number] = parseArray(message);
  if (kind !== "join" && kind !== "leave") return undefined;
  if (typeof memberId !== "string" || typeof data !== "string") return undefined;
  if (typeof epoch !== "string" || typeof number !== "number") return undefined;
  return { kind, memberId, data, epoch, number };
}

/** A change as watchers are told it. */
export function toPresenceChange(
  topic: string,
  { kind, memberId, data }: Pick<StoredChange, "kind" | "memberId" | "data">,
): PresenceChange {
  return { topic, kind, memberId, ...dataOf(data) };
}

/** The data of an entry, as a property that is there when it has any. */
export function dataOf(json: string): { readonly data?: unknown } {
  return json === "" ? {} : { data: JSON.parse(json) };
}

function parseArray(message: Buffer): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(message.toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
