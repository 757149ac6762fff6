import type { LocalPublication } from "@windlass/core";
import type { EventFrame, PublicationFrame } from "@windlass/protocol";

/** The data of a typed publication as topics carry it: JSON, or nothing where there is no data. */
export function toPublicationText(data: unknown): string {
  return JSON.stringify(data) ?? "";
}

/** The frame of a typed publication; `undefined` for one that is not typed. */
export function publicationFrame(publication: LocalPublication): PublicationFrame | undefined {
  const { topic, data, attributes, position } = publication;
  const name = attributes?.event;
  if (name === undefined || typeof data !== "string") return undefined;
  const frame = { type: "publication", topic, name, ...dataOf(data) } as const;
  if (position === undefined) return frame;
  const { offset, epoch } = position;
  return { ...frame, offset, epoch };
}

/** The frame of a publication that is for everybody. */
export function broadcastFrame(publication: LocalPublication): EventFrame | undefined {
  const { data, attributes } = publication;
  const name = attributes?.event;
  if (name === undefined || typeof data !== "string") return undefined;
  return { type: "event", name, ...dataOf(data) };
}

function dataOf(text: string): { readonly data?: unknown } {
  return text === "" ? {} : { data: JSON.parse(text) };
}
