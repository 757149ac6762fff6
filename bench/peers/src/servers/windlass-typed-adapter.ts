import type { Adapter, Envelope } from "@windlass/bench";

/**
 * How the generator speaks to `windlass-typed`: the payload is the text of a request's data. The id
 * is always the same, since the generator makes its messages ahead: without a session ids only join
 * an answer to its request, and a handler that is not async has answered before the next one comes.
 */
export const adapter: Adapter = {
  name: "windlass-typed",
  request: () => [envelope(`{"type":"request","id":1,"name":"echo","data":{"text":"`)],
  reply: () => envelope(`{"type":"response","id":1,"data":{"text":"`),
};

/** Payloads are letters and digits, so JSON needs no escapes. */
function envelope(before: string): Envelope {
  return { format: "text", before, after: `","count":42,"flag":true}}`, holdsPayload: true };
}
