import { passFor, real, type StandIn } from "./stand-in.ts";

/** What a response with a text consists of. */
export interface TextResponseParts {
  readonly status: number;
  /** With a Content-Type. Nobody may change them any more: many responses share them. */
  readonly headers: Headers;
  readonly text: string;
}

/** Under a symbol and not private, so that a Proxy around a response works. */
const source = Symbol("source");

/** A text on its way out. */
class TextSource {
  readonly parts: TextResponseParts;
  #real: Response | undefined;
  #isTaken = false;

  constructor(parts: TextResponseParts) {
    this.parts = parts;
  }

  take(): TextResponseParts | undefined {
    if (this.#real !== undefined || this.#isTaken) return undefined;
    this.#isTaken = true;
    return this.parts;
  }

  real(): Response {
    if (this.#real !== undefined) return this.#real;
    const { text, status, headers } = this.parts;
    this.#real = new Response(text, { status, headers });
    // As after any other body that was sent.
    if (this.#isTaken) this.#real.body?.getReader();
    return this.#real;
  }
}

class TextResponse implements StandIn<Response> {
  readonly [source]: TextSource;

  constructor(parts: TextResponseParts) {
    this[source] = new TextSource(parts);
  }

  [real](): Response {
    return this[source].real();
  }

  get status(): number {
    return this[source].parts.status;
  }
}

passFor(TextResponse.prototype, new Response());

/**
 * A `Response` with a text. Making a real one with its stream takes 20 microseconds; this makes one when
 * somebody looks into it, and otherwise {@link takeText} gets the text.
 */
export function textResponse(parts: TextResponseParts): Response {
  // It has every member, but the compiler does not see what passFor() adds.
  return new TextResponse(parts) as unknown as Response;
}

/**
 * What {@link textResponse} was given, to be sent as it is. Undefined when it was taken before, when it may
 * have been read or changed, and for every other response: those are to be read as responses are.
 */
export function takeText(response: unknown): TextResponseParts | undefined {
  return response instanceof TextResponse ? response[source].take() : undefined;
}
