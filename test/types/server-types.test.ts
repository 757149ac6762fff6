import { describeTypes } from "./describe-types.ts";

const before = `
import { App, type Middleware, ProtocolComponent } from "@windlass/app";
import { bigintString, defineProtocol, encoded, isoDateTime, request } from "@windlass/protocol";
import { z } from "zod";
const chat = defineProtocol({
  client: {
    say: z.object({ text: z.string(), loud: z.boolean().default(false) }),
    add: request(z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.number() })),
    pay: request(encoded(z.object({ at: isoDateTime })), z.string().transform((text) => text.length)),
  },
  server: {
    said: z.object({ text: z.string(), at: z.string().transform((text) => new Date(text)) }),
    confirm: request(z.object({ question: z.string() }), z.stringbool()),
  },
  topics: { "room/:name/:part": { events: { joined: z.object({ nick: z.string() }) } } },
});
const handlers = { say: () => {}, add: () => ({ sum: 1 }), pay: () => "" };
const component = new ProtocolComponent(chat, { initialData: () => ({ nick: "" }), handlers });
const [connection] = component.connections;
`;

const right = [
  ["the component on a route", 'new App().route("/", component, ["*"]);'],
  [
    "handlers, sync and async",
    "new ProtocolComponent(chat, { handlers: { ...handlers, say: async () => {} } });",
  ],
  [
    "data as the schema's output, results as its input",
    `new ProtocolComponent(chat, { handlers: {
        say: (_from, data) => { const loud: boolean = data.loud; void loud; },
        add: (_from, { a, b }) => ({ sum: a + b }),
        pay: (_from, { at }) => at.toISOString(),
      } });`,
  ],
  [
    "data of the connection, by initialData",
    `new ProtocolComponent(chat, { initialData: () => ({ nick: "" }), handlers: { ...handlers,
        say: (from) => { from.data.nick = "anna"; } } });`,
  ],
  ["sending", 'connection?.send("said", { text: "", at: "2026-11-27" });'],
  [
    "asking the client",
    'const answer: Promise<boolean> | undefined = connection?.request("confirm", { question: "" }); void answer;',
  ],
  ["broadcasting", 'component.broadcast("said", { text: "", at: "" }, { except: connection });'],
  [
    "publishing",
    'component.publish("room/:name/:part", { name: "a", part: "b" }, "joined", { nick: "" });',
  ],
  [
    "a topic's policy, with its parameters",
    `new ProtocolComponent(chat, { handlers, topics: {
        "room/:name/:part": { authorize: (_from, { name, part }) => name === part } } });`,
  ],
  [
    "a protocol without messages of clients, without handlers",
    "new ProtocolComponent(defineProtocol({ server: { tick: z.number() } }), {});",
  ],
  [
    "a rate limit",
    "new ProtocolComponent(chat, { handlers, rateLimits: { say: { messagesPerSecond: 1 } } });",
  ],
  [
    "data of the connection, by an initialData that looks at it",
    `new ProtocolComponent(chat, {
        initialData: (connection) => ({ path: connection.handshake.path }),
        handlers: { ...handlers, say: (from) => { void from.data.path.length; } } });`,
  ],
  [
    "middleware of any protocol",
    `const log: Middleware = (call, next) => { void call.name; return next(); };
      new ProtocolComponent(chat, { middleware: [log], handlers: { ...handlers, say: (from) => { from.send("said", { text: "", at: "" }); } } });`,
  ],
  [
    "middleware",
    "new ProtocolComponent(chat, { handlers, middleware: [(call, next) => { void call.connection.user; return next(); }] });",
  ],
] as const;

const wrong = [
  ["no handlers", "new ProtocolComponent(chat, {});", "'handlers' is missing"],
  [
    "a missing handler",
    "new ProtocolComponent(chat, { handlers: { say: () => {}, pay: () => '' } });",
    "'add' is missing",
  ],
  [
    "a handler too many",
    "new ProtocolComponent(chat, { handlers: { ...handlers, sya: () => {} } });",
    "'sya'",
  ],
  [
    "a handler that reads what is not there",
    "new ProtocolComponent(chat, { handlers: { ...handlers, say: (_from, { tetx }) => {} } });",
    "'tetx' does not exist",
  ],
  [
    "a wrong result",
    "new ProtocolComponent(chat, { handlers: { ...handlers, add: () => ({ sum: '1' }) } });",
    "'string' is not assignable to type 'number'",
  ],
  [
    "a result as the schema's output",
    "new ProtocolComponent(chat, { handlers: { ...handlers, pay: () => 7 } });",
    "'number' is not assignable to type",
  ],
  [
    "a result of an event",
    "new ProtocolComponent(chat, { handlers: { ...handlers, say: () => 7 } });",
    "'number' is not assignable to type",
  ],
  ["an unknown event", 'connection?.send("siad", { text: "", at: "" });', '"siad"'],
  ["a request sent as an event", 'connection?.send("confirm", { question: "" });', '"confirm"'],
  ["an event sent as a request", 'connection?.request("said", { text: "", at: "" });', '"said"'],
  [
    "a wrong payload",
    'connection?.send("said", { text: 1, at: "" });',
    "'number' is not assignable",
  ],
  [
    "a payload as the schema's output",
    'connection?.send("said", { text: "", at: new Date() });',
    "'Date'",
  ],
  ["an unknown broadcast", 'component.broadcast("say", { text: "" });', '"say"'],
  [
    "an unknown pattern",
    'component.publish("romm/:name", { name: "a" }, "joined", { nick: "" });',
    '"romm/:name"',
  ],
  [
    "a missing topic parameter",
    'component.publish("room/:name/:part", { name: "a" }, "joined", { nick: "" });',
    "'part' is missing",
  ],
  [
    "a wrong topic parameter",
    'component.publish("room/:name/:part", { name: "a", prat: "b" }, "joined", { nick: "" });',
    "'prat'",
  ],
  [
    "a topic parameter that is no string",
    'component.publish("room/:name/:part", { name: 1, part: "b" }, "joined", { nick: "" });',
    "'number' is not assignable to type 'string'",
  ],
  [
    "an unknown publication",
    'component.publish("room/:name/:part", { name: "a", part: "b" }, "left", { nick: "" });',
    '"left"',
  ],
  [
    "a wrong publication",
    'component.publish("room/:name/:part", { name: "a", part: "b" }, "joined", { nick: 1 });',
    "'number' is not assignable to type 'string'",
  ],
  [
    "a policy of no pattern",
    'new ProtocolComponent(chat, { handlers, topics: { "room/:id": { authorize: () => true } } });',
    "'\"room/:id\"'",
  ],
  [
    "a policy with a wrong parameter",
    'new ProtocolComponent(chat, { handlers, topics: { "room/:name/:part": { authorize: (_from, { id }) => true } } });',
    "'id' does not exist",
  ],
  [
    "a rate limit of no message",
    "new ProtocolComponent(chat, { handlers, rateLimits: { sya: { messagesPerSecond: 1 } } });",
    "'sya'",
  ],
  [
    "data of another type than initialData makes",
    `new ProtocolComponent(chat, { initialData: () => ({ nick: "" }), handlers: { ...handlers,
        say: (from) => { from.data.nikc = ""; } } });`,
    "'nikc' does not exist",
  ],
] as const;

const shownExactly = [
  [
    "a handler's data",
    "new ProtocolComponent(chat, { handlers: { ...handlers, say: (_from, /*?*/data) => {} } });",
    "(parameter) data: {\n    text: string;\n    loud: boolean;\n}",
  ],
  [
    "a handler's data of an encoded payload",
    "new ProtocolComponent(chat, { handlers: { ...handlers, pay: (_from, /*?*/data) => '' } });",
    "(parameter) data: {\n    at: Date;\n}",
  ],
  [
    "an answer",
    'const /*?*/answer = await connection!.request("confirm", { question: "" });',
    "const answer: boolean",
  ],
] as const;

const shownShortly = [
  ["the protocol", "void /*?*/chat;"],
  ["the component", "void /*?*/component;"],
  ["a connection", "void /*?*/connection;"],
  ["send()", 'connection!./*?*/send("said", { text: "", at: "" });'],
  ["request()", 'connection!./*?*/request("confirm", { question: "" });'],
  [
    "publish()",
    'component./*?*/publish("room/:name/:part", { name: "a", part: "b" }, "joined", { nick: "" });',
  ],
  ["broadcast()", 'component./*?*/broadcast("said", { text: "", at: "" });'],
] as const;

describeTypes("a component", before, { right, wrong, shownExactly, shownShortly });
