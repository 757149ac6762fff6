import { bigintString, defineProtocol, encoded, isoDateTime, request } from "@windlass/protocol";
import { z } from "zod";

const numbered = z.object({ n: z.int() });

/** How the server's handler does its work. */
const manner = z.enum([
  /** At once. */
  "sync",
  /** After a while, whatever becomes of the connection. */
  "async",
  /** After a while, unless the call is given up before. */
  "cancellable",
  /** The first time never, until the call is given up; the second time at once. */
  "second-time",
]);

const effect = z.object({ n: z.int(), manner });

const moment = encoded(z.object({ at: isoDateTime, total: bigintString }));

/** What the clients of the tests and the server on their stage say to each other. */
export const stageProtocol = defineProtocol({
  client: {
    /** Writes a number into the journal. */
    note: effect,
    /** Does so, and answers the number. */
    count: request(effect, z.int()),
    double: request(numbered, z.int()),
    /** Is never answered. */
    never: request(numbered, z.null()),
    fail: request(z.object({ how: z.enum(["application", "unexpected"]) }), z.null()),
    /** Answers the day after and one more. */
    moment: request(moment, moment),
    /** Comes back as `said`. */
    say: z.object({ text: z.string().max(100).default("nothing") }),
  },
  server: {
    said: z.object({ text: z.string() }),
    moment,
    triple: request(numbered, z.int()),
    /** Is never answered. */
    hold: request(numbered, z.null()),
    nextMoment: request(moment, moment),
  },
  topics: {
    "room/:name": { events: { joined: z.object({ who: z.string() }), moment } },
    "secret/:name": { events: { joined: z.object({ who: z.string() }) } },
    /** Keeps what is published, by the server and by clients. */
    "feed/:name": { events: { item: numbered }, history: { size: 10_000, ttlMs: 600_000 } },
    "hall/:name": { events: {}, presence: z.object({ nick: z.string() }) },
  },
});

export type StageProtocol = typeof stageProtocol;
export type Manner = z.infer<typeof manner>;
