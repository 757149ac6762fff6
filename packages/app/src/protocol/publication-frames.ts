import type { LocalPublication } from "@windlass/core";
import type { EventFrame, PublicationFrame } from "@windlass/protocol";

/** The data of a typed publication as topics carry it: JSON, or nothing where there is no data. */
export function toPublicationText(data: unknown): string {
  return JSON.stringify(data) ?? "";
}

/** The frame of a typed publication; `undefined` for one that is not typed. */
export function publicationFrame(publication: LocalPublication): PublicationFrame | undefined {
  const { topic, attributes, position } = publication;
  const name = attributes?.event;
  const wire = dataOf(publication);
  if (name === undefined || wire === undefined) return undefined;
  const frame = { type: "publication", topic, name, ...wire } as const;
  if (position === undefined) return frame;
  const { offset, epoch } = position;
  return { ...frame, offset, epoch };
}

/** The frame of a publication that is for everybody. */
export function broadcastFrame(publication: LocalPublication): EventFrame | undefined {
  const name = publication.attributes?.event;
  const wire = dataOf(publication);
  if (name === undefined || wire === undefined) return undefined;
  return { type: "event", name, ...wire };
}

/** `undefined` when it is not JSON: somebody has published with the name of an event something else. */
function dataOf({ data, value }: LocalPublication): { readonly data?: unknown } | undefined {
  if (value !== undefined) return { data: value };
  if (typeof data !== "string") return undefined;
  if (data === "") return {};
  try {
    return { data: JSON.parse(data) };
  } catch {
    return undefined;
  }
}
