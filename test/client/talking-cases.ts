import { msgpackCodec } from "@windlass/protocol/msgpack";
import { check, equal, rejection } from "./assert.ts";
import type { CaseContext, ClientCase } from "./client-case.ts";

const at = new Date("2026-11-27T10:00:00.123Z");
const total = 2n ** 70n;
const next = { at: new Date("2026-11-28T10:00:00.123Z"), total: total + 1n };

/** A promise, and what resolves it. */
function deferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve = (_value: Value): void => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function sendsDatesAndBigints(context: CaseContext, codec?: typeof msgpackCodec) {
  const { client, errors } = await context.open(codec && { codec });
  equal(await client.request("moment", { at, total }), next, "result of a request");
  const told = deferred<unknown>();
  client.on("moment", told.resolve);
  await context.stage.tellMoment();
  equal(await told.promise, { at, total }, "data of an event");
  check(await context.stage.askMoment(), "the server read another answer than was given");
  const published = deferred<unknown>();
  const room = client.subscribe("room/:name", { name: "a/b ü" }, { moment: published.resolve });
  await room.ready;
  await context.stage.publishMoment({ room: "a/b ü" });
  equal(await published.promise, { at, total }, "data of a publication");
  equal(errors, [], "errors");
}

/** What is said when all is well. */
export const talkingCases: readonly ClientCase[] = [
  {
    name: "sends events and gets those of the server",
    async run(context) {
      const { client } = await context.open();
      const texts: string[] = [];
      const third = deferred<void>();
      client.on("said", ({ text }) => {
        texts.push(text);
        if (texts.length === 3) third.resolve();
      });
      await client.send("say", { text: "hello" });
      await client.send("say", {});
      await context.stage.say("from the server");
      await third.promise;
      equal(texts, ["hello", "nothing", "from the server"], "texts");
    },
  },
  {
    name: "gets results of requests, and the errors of the application with code and details",
    async run(context) {
      const { client } = await context.open();
      equal(await client.request("double", { n: 21 }), 42, "result");
      const refused = await rejection(client.request("fail", { how: "application" }), "fail");
      equal(refused.code, "room-full", "code");
      equal(refused.message, "This room has no place left.", "message");
      equal(refused.details, { places: 20 }, "details");
      const failed = await rejection(client.request("fail", { how: "unexpected" }), "fail");
      equal(failed.code, "ERR_HANDLER_FAILED", "code");
    },
  },
  {
    name: "gets to know what was wrong with data that it sent",
    async run(context) {
      const { client, errors } = await context.open();
      const refused = await rejection(client.request("double", { n: 0.5 }), "half a number");
      equal(refused.code, "ERR_DATA_INVALID", "code");
      const [issue] = refused.details as readonly { readonly path: unknown }[];
      equal(issue?.path, ["n"], "path of the first issue");
      const tooLong = client.send("say", { text: "x".repeat(101) });
      equal((await rejection(tooLong, "a long text")).code, "ERR_DATA_INVALID", "code");
      equal(
        errors.map(({ code }) => code),
        ["ERR_DATA_INVALID"],
        "errors",
      );
    },
  },
  {
    name: "goes through its states in order",
    async run(context) {
      const { client, states } = context.connect();
      equal(client.state, "connecting", "first state");
      await client.opened();
      // The server keeps no session in which nothing was sent.
      await client.request("double", { n: 1 });
      await context.stage.link({ do: "cut", how: "rst" });
      await states.nth("open", 2);
      client.close();
      await states.nth("closed", 1);
      equal(
        states.names,
        ["open", "reconnecting", "connecting", "open", "closed"],
        "states after the first",
      );
      equal(
        states.all("open").map(({ resumed }) => resumed),
        [false, true],
        "resumed",
      );
      const { attempt, code } = states.all("reconnecting")[0] ?? {};
      equal({ attempt, code }, { attempt: 1, code: 1006 }, "reason for the reconnect");
    },
  },
  {
    name: "sends and gets dates and bigints as JSON",
    run: (context) => sendsDatesAndBigints(context),
  },
  {
    name: "sends and gets dates and bigints as MessagePack",
    run: (context) => sendsDatesAndBigints(context, msgpackCodec),
  },
  {
    name: "is refused a topic that is not for it",
    async run(context) {
      const { client } = await context.open();
      const secret = client.subscribe("secret/:name", { name: "a" }, { joined() {} });
      equal((await rejection(secret.ready, "secret")).code, "ERR_TOPIC_REFUSED", "code");
    },
  },
];
