import { z } from "zod";

/** RFC 9110 section 5.6.2: names of headers and of subprotocols. */
export const token: RegExp = /^[\w!#$%&'*+.^`|~-]+$/;

/** Headers that the handshake itself is made of, or that would ask for what the generator does not do. */
const takenHeaders: Readonly<Record<string, string>> = {
  connection: "the generator sends it itself",
  "content-length": "a handshake has no body",
  origin: "use the setting origin",
  "sec-websocket-extensions": "the generator does not compress",
  "sec-websocket-key": "the generator sends it itself",
  "sec-websocket-protocol": "use the setting subprotocols",
  "sec-websocket-version": "the generator sends it itself",
  "transfer-encoding": "a handshake has no body",
  upgrade: "the generator sends it itself",
};

/** More headers of a handshake, by name. */
export function handshakeHeaders() {
  const wanted = "expected an object of header names and values";
  return z.record(z.string(), z.string("expected a text"), wanted).check((context) => {
    for (const [name, value] of Object.entries(context.value)) {
      const message = headerProblem(name, value);
      if (message === undefined) continue;
      context.issues.push({ code: "custom", path: [name], message, input: value });
    }
  });
}

/** Said of a text that {@link isHeaderValue} refuses. */
export const headerValueWanted =
  "expected a value on one line, of characters up to U+00FF (percent-encode others)";

/**
 * Whether a text can go into a header. Each character is sent as one byte: of U+010A there would be
 * left a line feed.
 */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

function headerProblem(name: string, value: string): string | undefined {
  if (!token.test(name)) return "expected the name of a header";
  if (!isHeaderValue(value)) return headerValueWanted;
  const reason = takenHeaders[name.toLowerCase()];
  return reason === undefined ? undefined : `expected another header: ${reason}`;
}
