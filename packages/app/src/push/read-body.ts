import { isUtf8 } from "node:buffer";
import { toError } from "@windlass/core";
import { PushError } from "./push-errors.ts";

const nothing = new Uint8Array();

/**
 * The whole body of a request, read once.
 *
 * @throws PushError `ERR_BODY_TOO_LARGE`, as soon as that is known
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (declared === null) return readParts(request, maxBytes);
  if (Number(declared) > maxBytes) throw tooLarge(maxBytes);
  // Without its stream, which would cost more than all the rest.
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.byteLength > maxBytes) throw tooLarge(maxBytes);
  return body;
}

async function readParts({ body }: Request, maxBytes: number): Promise<Uint8Array> {
  if (body === null) return nothing;
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    length += part.value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(max: number): PushError {
  return new PushError("ERR_BODY_TOO_LARGE", { values: { max }, details: { maxBytes: max } });
}

/**
 * A body as the object that it is; an empty one is an empty object.
 *
 * @throws PushError `ERR_MEDIA_TYPE_UNSUPPORTED`, `ERR_BODY_NOT_JSON`
 */
export function parseBody(body: Uint8Array, contentType: string | null): object {
  if (body.byteLength === 0) return {};
  if (!/^application\/json *(?:;|$)/i.test(contentType ?? "")) {
    throw new PushError("ERR_MEDIA_TYPE_UNSUPPORTED");
  }
  if (!isUtf8(body)) throw notJson("its bytes are not UTF-8");
  const value = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  // PHP writes an empty array where it means an empty object.
  if (Array.isArray(value) && value.length === 0) return {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw notJson("it is no object");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own message quotes the body.
    const position = /position \d+/.exec(toError(error).message)?.[0];
    throw notJson(position === undefined ? "it ends too early" : `mistake at ${position}`);
  }
}

function notJson(problem: string): PushError {
  return new PushError("ERR_BODY_NOT_JSON", { values: { problem } });
}
