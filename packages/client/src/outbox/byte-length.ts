/** What a WebSocket sends. */
export type SocketData = string | Blob | ArrayBufferLike | ArrayBufferView;

const encoder = new TextEncoder();

/** Bytes on the wire, without the header of the WebSocket frame. */
export function byteLengthOf(data: SocketData): number {
  if (typeof data === "string") return encoder.encode(data).length;
  return "size" in data ? data.size : data.byteLength;
}
