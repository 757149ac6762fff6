import { equal, rejection } from "./assert.ts";
import type { CaseClientOptions, CaseContext, ClientCase } from "./client-case.ts";

const note = (n: number) => ({ n, manner: "sync" }) as const;

/** One message has taken effect, and its acknowledgement is lost; another one waits unsent. */
async function loseServer(context: CaseContext, options: CaseClientOptions) {
  const watched = await context.open(options);
  const { client, states } = watched;
  await context.stage.link({ do: "drop", directions: ["toClient"] });
  const sent = client.send("note", note(1));
  await context.stage.until({ notes: 1 });
  await context.stage.stop("crash");
  await states.nth("reconnecting", 1);
  const queued = client.send("note", note(2));
  await context.stage.start();
  equal((await states.nth("open", 2)).resumed, false, "resumed");
  return { sent, queued, watched };
}

/** What happens to messages whose answers got lost. */
export const sessionCases: readonly ClientCase[] = [
  {
    name: "has each message take effect once though the answers were lost",
    async run(context) {
      const { client, states } = await context.open();
      await context.stage.link({ do: "drop", directions: ["toClient"] });
      const sent = client.send("note", note(1));
      const asked = client.request("count", { n: 2, manner: "async" });
      await context.stage.until({ notes: 1, counts: 1 });
      await context.stage.link({ do: "cut", how: "rst" });
      await sent;
      equal(await asked, 2, "result");
      equal(
        states.all("open").map(({ resumed }) => resumed),
        [false, true],
        "resumed",
      );
      const { notes, counts } = await context.stage.journal();
      equal({ notes, counts }, { notes: [1], counts: [2] }, "journal");
    },
  },
  {
    name: "has a message handled again whose handler was given up with the connection",
    async run(context) {
      const { client, states } = await context.open();
      const asked = client.request("count", { n: 1, manner: "second-time" });
      const sent = client.send("note", { n: 2, manner: "second-time" });
      const next = client.send("note", note(3));
      await context.stage.until({ waiting: 2 });
      await context.stage.link({ do: "cut", how: "rst" });
      await Promise.all([asked, sent, next]);
      equal(states.all("open").length, 2, "connections");
      const { notes, counts } = await context.stage.journal();
      equal({ notes, counts }, { notes: [2, 3], counts: [1] }, "journal");
      await context.stage.until({ waiting: 0, givenUp: 2 });
    },
  },
  {
    name: "sends again what had no answer when the server was restarted",
    async run(context) {
      const { sent, queued } = await loseServer(context, { afterLostSession: "resend" });
      await Promise.all([sent, queued]);
      equal((await context.stage.journal()).notes, [1, 1, 2], "notes");
    },
  },
  {
    name: "rejects what had no answer when the server was restarted, if it is told to",
    async run(context) {
      const { sent, queued } = await loseServer(context, { afterLostSession: "reject" });
      equal((await rejection(sent, "a sent message")).code, "ERR_SESSION_LOST", "code");
      await queued;
      equal((await context.stage.journal()).notes, [1, 2], "notes");
    },
  },
  {
    name: "goes on after a planned restart of the server",
    async run(context) {
      const { client, states } = await context.open();
      await context.stage.restart("graceful");
      equal((await states.nth("reconnecting", 1)).code, 1001, "close code");
      equal(await client.request("double", { n: 3 }), 6, "a request");
      await context.stage.until({ opened: 2, connections: 1 });
    },
  },
  {
    name: "has its subscriptions again after a cut and after a restart",
    async run(context) {
      const { client, states, errors } = await context.open();
      const heard: string[] = [];
      let wake = (): void => {};
      const room = client.subscribe(
        "room/:name",
        { name: "a" },
        {
          joined: ({ who }) => {
            heard.push(who);
            wake();
          },
        },
      );
      await room.ready;
      const hears = async (who: string): Promise<void> => {
        const heardNow = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await context.stage.publish({ room: "a", who });
        await heardNow;
      };
      await hears("anna");
      await context.stage.link({ do: "cut", how: "rst" });
      await states.nth("open", 2);
      // Answered after the subscription, which was sent before.
      await client.request("double", { n: 1 });
      await hears("ben");
      await context.stage.restart("crash");
      await states.nth("open", 3);
      await client.request("double", { n: 1 });
      await hears("carla");
      room.unsubscribe();
      await client.request("double", { n: 1 });
      await context.stage.publish({ room: "a", who: "dora" });
      await client.request("double", { n: 1 });
      equal(heard, ["anna", "ben", "carla"], "publications");
      equal(errors, [], "errors");
    },
  },
];
