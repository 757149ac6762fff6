import type { Publication } from "@windlass/core";
import type { z } from "zod";
import type { historyAnswerSchema, sendSchema } from "./push-schemas.ts";
import type { PushPublishOptions } from "./push-target.ts";

type Message = Omit<z.output<typeof sendSchema>, "userId">;
type ShownPublication = z.input<typeof historyAnswerSchema>["publications"][number];

/** What a target is given for a message of a request: the data, and how to publish it. */
export function toPublish(
  message: Message,
): [data: string | Uint8Array, options: PushPublishOptions] {
  const { data, dataBase64, ...given } = message;
  const options = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  return [toData(message), options];
}

function toData({ data, dataBase64, event }: Message): string | Uint8Array {
  if (dataBase64 !== undefined) return new Uint8Array(Buffer.from(dataBase64, "base64"));
  return event === undefined && typeof data === "string" ? data : JSON.stringify(data);
}

/** A publication as an answer shows it, in the members that a request has. */
export function shown({ data, attributes, position }: Publication): ShownPublication {
  const { event, key } = attributes ?? {};
  const about = {
    ...(event !== undefined && { event }),
    ...(key !== undefined && { key }),
    ...(position !== undefined && { position }),
  };
  if (typeof data !== "string") {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return { dataBase64: bytes.toString("base64"), ...about };
  }
  return { data: event === undefined ? data : parsed(data), ...about };
}

/** Data of an event is JSON; what somebody else has put there is shown as it is. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
