import { check, equal, rejection } from "./assert.ts";
import type { CaseClientOptions, CaseContext, ClientCase } from "./client-case.ts";

/** A client whose connection is cut, and for which there is no other one until `resume`. */
async function offline(context: CaseContext, options: CaseClientOptions = {}) {
  const watched = await context.open(options);
  await context.stage.link({ do: "refuse" });
  await context.stage.link({ do: "cut", how: "rst" });
  await watched.states.nth("reconnecting", 1);
  return watched;
}

const note = (n: number) => ({ n, manner: "sync" }) as const;

/** What is sent while there is no connection. */
export const queueCases: readonly ClientCase[] = [
  {
    name: "delivers in order what was sent while there was no connection",
    async run(context) {
      const { client } = await offline(context);
      const numbers = Array.from({ length: 100 }, (_, n) => n);
      const sent = numbers.map((n) => client.send("note", note(n)));
      const asked = numbers.map((n) => client.request("double", { n }));
      await context.stage.link({ do: "resume" });
      await Promise.all(sent);
      equal((await context.stage.journal()).notes, numbers, "notes");
      equal(
        await Promise.all(asked),
        numbers.map((n) => 2 * n),
        "results",
      );
    },
  },
  {
    name: "lets a message expire that has waited for too long",
    async run(context) {
      const { client, errors, states } = await offline(context, { queue: { expireMs: 300 } });
      const expired = await rejection(client.send("note", note(1)), "a late message");
      equal(expired.code, "ERR_MESSAGE_EXPIRED", "code");
      equal(
        errors.map(({ code }) => code),
        ["ERR_MESSAGE_EXPIRED"],
        "errors",
      );
      const late = client.request("double", { n: 1 }, { timeoutMs: 50 });
      equal((await rejection(late, "a late request")).code, "ERR_REQUEST_TIMEOUT", "code");
      await context.stage.link({ do: "resume" });
      await states.nth("open", 2);
      // Answered after everything that was sent before.
      equal(await client.request("count", { n: 2, manner: "sync" }), 2, "result of a request");
      equal((await context.stage.journal()).notes, [], "notes");
    },
  },
  {
    name: "refuses more messages than may wait",
    async run(context) {
      const { client } = await offline(context, { queue: { maxMessages: 3 } });
      const sent = [1, 2, 3].map((n) => client.send("note", note(n)));
      equal(
        (await rejection(client.send("note", note(4)), "one more")).code,
        "ERR_QUEUE_FULL",
        "code",
      );
      await context.stage.link({ do: "resume" });
      await Promise.all(sent);
      await client.send("note", note(5));
      equal((await context.stage.journal()).notes, [1, 2, 3, 5], "notes");
    },
  },
  {
    name: "refuses more bytes than may wait",
    async run(context) {
      const { client } = await offline(context, { queue: { maxBytes: 1_000 } });
      const text = "x".repeat(100);
      const refusals: string[] = [];
      const sent = Array.from({ length: 20 }, () =>
        client.send("say", { text }).catch((error) => refusals.push(error.code)),
      );
      // By its answer, those that cannot wait have been refused.
      await context.stage.figures();
      const waiting = sent.length - refusals.length;
      equal([...new Set(refusals)], ["ERR_QUEUE_FULL"], "codes");
      check(waiting > 3 && waiting * 100 <= 1_000, `${waiting} messages of 100 bytes wait`);
      check(client.bufferedBytes <= 1_000, `${client.bufferedBytes} bytes wait`);
      await context.stage.link({ do: "resume" });
      await Promise.all(sent);
      equal(refusals.length + waiting, 20, "messages");
      equal(client.bufferedBytes, 0, "bytes that wait afterwards");
    },
  },
  {
    name: "leaves a volatile message out while there is no connection",
    async run(context) {
      const { client, states } = await offline(context);
      await client.send("note", note(1), { volatile: true });
      await context.stage.link({ do: "resume" });
      await states.nth("open", 2);
      await client.send("note", note(2), { volatile: true });
      await client.send("note", note(3));
      equal((await context.stage.journal()).notes, [2, 3], "notes");
    },
  },
];
