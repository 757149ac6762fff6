import { equal, rejection } from "./assert.ts";
import type { ClientCase } from "./client-case.ts";

const frame = (value: unknown): string => JSON.stringify(value);
const said = (data: unknown): string => frame({ type: "event", name: "said", data });

/** A server that does not keep to the protocol. */
export const fakeServerCases: readonly ClientCase[] = [
  {
    name: "reports what does not fit and hands over what does",
    async run(context) {
      const { client, states, errors } = await context.open({ path: "/fake" });
      const texts: string[] = [];
      let wake = (): void => {};
      const last = new Promise<void>((resolve) => {
        wake = resolve;
      });
      client.on("said", ({ text }) => {
        texts.push(text);
        if (text === "last") wake();
      });
      await context.stage.fakeSend([
        said({ text: 7 }),
        said({}),
        "no JSON",
        "[]",
        frame({ type: "event" }),
        '{"type":"event","name":"said","data":{"__proto__":{"text":"hostile"}}}',
        said({ text: "first" }),
        // Of no interest, and no error: later versions may have them.
        frame({ type: "unheard-of" }),
        frame({ type: "response", id: 4_711, data: 1 }),
        frame({ type: "ack", id: 4_712 }),
        frame({ type: "event", name: "nobody-listens", data: 1 }),
        said({ text: "last", more: "is ignored" }),
      ]);
      await last;
      equal(texts, ["first", "last"], "events that were handed over");
      const invalid = [...Array(2).fill("ERR_DATA_INVALID"), ...Array(4).fill("ERR_FRAME_INVALID")];
      equal(
        errors.map(({ code }) => code),
        invalid,
        "reported errors",
      );
      equal(states.names, ["open"], "states");
    },
  },
  {
    name: "rejects a request whose result does not fit",
    async run(context) {
      const { client } = await context.open({ path: "/fake" });
      const asked = client.request("double", { n: 1 });
      await context.stage.until({ fakeFrames: { atLeast: 2 } });
      const received = (await context.stage.fakeReceived()).map((text) => JSON.parse(text));
      const { id } = received.find(({ type }) => type === "request");
      await context.stage.fakeSend([frame({ type: "response", id, data: "two" })]);
      const error = await rejection(asked, "a result of the wrong type");
      equal(error.code, "ERR_DATA_INVALID", "code");
    },
  },
  {
    name: "answers a request that does not fit, or that it does not know, with an error",
    async run(context) {
      const { errors } = await context.open({ path: "/fake" });
      await context.stage.fakeSend([
        frame({ type: "request", id: 1, name: "triple", data: { n: "three" } }),
        frame({ type: "request", id: 2, name: "unheard-of", data: {} }),
        frame({ type: "request", id: 3, name: "triple", data: { n: 3 } }),
      ]);
      await context.stage.until({ fakeFrames: { atLeast: 4 } });
      const received = (await context.stage.fakeReceived()).map((text) => JSON.parse(text));
      const answers = received
        .filter(({ type }) => type === "response" || type === "error")
        .map(({ type, id, code, data }) => ({ type, id, code, data }));
      equal(
        answers.sort((a, b) => a.id - b.id),
        [
          { type: "error", id: 1, code: "ERR_DATA_INVALID" },
          { type: "error", id: 2, code: "ERR_NAME_UNKNOWN" },
          { type: "response", id: 3, data: 9 },
        ],
        "answers",
      );
      equal(
        errors.map(({ code }) => code),
        ["ERR_DATA_INVALID", "ERR_NAME_UNKNOWN"],
        "errors",
      );
    },
  },
  {
    name: "says hello with a session, and waits for its welcome",
    async run(context) {
      const { client } = await context.open({ path: "/fake" });
      void client.send("note", { n: 1, manner: "sync" }).catch(() => {});
      await context.stage.until({ fakeFrames: { atLeast: 2 } });
      const [hello, event] = (await context.stage.fakeReceived()).map((text) => JSON.parse(text));
      equal(hello.type, "hello", "first frame");
      equal(/^[\w-]{16,64}$/.test(hello.session), true, "whether the session is one");
      equal(event, { type: "event", name: "note", id: 1, data: { n: 1, manner: "sync" } }, "event");
    },
  },
];
