// What the server (typed.ts) and its clients (typed-client.ts, python/chat.py) say to each other.

import { defineProtocol, encoded, isoDateTime, request } from "@windlass/protocol";
import * as z from "zod";

/** `encoded`: a Date on both sides, and a text of ISO 8601 in between. */
const line = z.object({ from: z.string(), text: z.string(), at: isoDateTime });

export const chat = defineProtocol({
  client: {
    say: z.object({ text: z.string().trim().min(1).max(500) }),
    history: request(
      z.object({ limit: z.int().min(1).max(100).default(10) }),
      encoded(z.array(line)),
    ),
    clear: request(z.object({}), z.int()),
  },
  server: {
    said: encoded(line),
    confirm: request(z.object({ question: z.string() }), z.boolean()),
  },
});
