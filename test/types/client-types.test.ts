import { describeTypes } from "./describe-types.ts";

const before = `
import { connect } from "@windlass/client";
import { presence } from "@windlass/client/presence";
import { bigintString, defineProtocol, encoded, request } from "@windlass/protocol";
import { z } from "zod";
const chat = defineProtocol({
  client: {
    say: z.object({ text: z.string(), loud: z.boolean().default(false) }),
    add: request(z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.string().transform(Number) })),
    pay: request(encoded(bigintString), encoded(bigintString)),
  },
  server: {
    said: z.object({ text: z.string(), at: z.string().transform((text) => new Date(text)) }),
  },
  topics: {
    "room/:name/:part": { events: { joined: z.object({ nick: z.string() }), left: z.string() } },
    news: { events: { headline: z.string() } },
    hall: {
      events: { bell: encoded(bigintString) },
      presence: z.object({ nick: z.string(), since: z.string().transform((text) => new Date(text)) }),
    },
  },
});
const asking = defineProtocol({
  server: { confirm: request(z.object({ question: z.string() }), z.boolean()), tick: z.number() },
});
const url = "ws://localhost/";
const client = connect(chat, url);
const news = client.subscribe("news", {}, {});
const hall = client.subscribe("hall", {}, {});
`;

const right = [
  ["connecting without options", "connect(chat, url);"],
  [
    "a URL that is made anew",
    "connect(chat, async () => new URL(url), { token: async () => null });",
  ],
  [
    "the states",
    'if (client.state === "open") client.close(); client.onStateChange((event) => { if (event.state === "reconnecting") void event.delayMs.toFixed(); });',
  ],
  [
    "sending, defaults left out",
    'await client.send("say", { text: "" }); await client.send("say", { text: "", loud: true }, { volatile: true });',
  ],
  [
    "asking, the result as the schema's output",
    'const { sum } = await client.request("add", { a: 1, b: 2 }, { timeoutMs: 1 }); void sum.toFixed();',
  ],
  ["encoded payloads", 'const left: bigint = await client.request("pay", 10n); void left;'],
  [
    "listening, data as the schema's output",
    'const off: () => void = client.on("said", ({ at }) => { void at.getTime(); }); off();',
  ],
  [
    "subscribing",
    'const room = client.subscribe("room/:name/:part", { name: "a", part: "b" }, { joined: ({ nick }) => { void nick.length; } }); await room.ready; room.unsubscribe();',
  ],
  [
    "subscribing without parameters",
    'client.subscribe("news", {}, { headline: (text) => { void text.length; } });',
  ],
  [
    "going on from a position",
    'const { position } = news; client.subscribe("news", {}, {}, { since: position, onRecovered: ({ recovered, gap }) => { if (!recovered && gap === "trimmed") client.close(); } });',
  ],
  [
    "publishing, data as the schema's input",
    'const position = await news.publish("headline", ""); void position?.offset.toFixed(); await hall.publish("bell", 1n);',
  ],
  [
    "who is present, data as the schema's output",
    "const [first] = await presence(hall).members({ timeoutMs: 1 }); void first?.data.since.getTime();",
  ],
  [
    "who comes and goes",
    "const stop: () => void = presence(hall).onChange(({ members, joined, left }) => { for (const { id, data } of [...members, ...joined, ...left]) void (id + data.nick); }); stop();",
  ],
  [
    "answering",
    "connect(asking, url, { handlers: { confirm: async ({ question }, { signal }) => question === '' && signal.aborted } });",
  ],
] as const;

const wrong = [
  ["an unknown event", 'void client.send("sya", { text: "" });', '"sya"'],
  ["a request sent as an event", 'void client.send("add", { a: 1, b: 2 });', '"add"'],
  ["an event sent as a request", 'void client.request("say", { text: "" });', '"say"'],
  [
    "a wrong payload",
    'void client.send("say", { text: 1 });',
    "'number' is not assignable to type 'string'",
  ],
  ["a member too many", 'void client.send("say", { text: "", luod: true });', "'luod'"],
  ["a missing member", 'void client.request("add", { a: 1 });', "'b' is missing"],
  ["the wire's form of an encoded payload", 'void client.request("pay", "10");', "'bigint'"],
  [
    "a wrong result",
    'const { smu } = await client.request("add", { a: 1, b: 2 });',
    "'smu' does not exist",
  ],
  ["listening to an unknown event", 'client.on("siad", () => {});', '"siad"'],
  ["listening to what clients send", 'client.on("say", () => {});', '"say"'],
  [
    "reading what an event does not have",
    'client.on("said", ({ form }) => {});',
    "'form' does not exist",
  ],
  ["an unknown pattern", 'client.subscribe("romm/:name", { name: "a" }, {});', '"romm/:name"'],
  [
    "a missing topic parameter",
    'client.subscribe("room/:name/:part", { name: "a" }, {});',
    "'part' is missing",
  ],
  [
    "a wrong topic parameter",
    'client.subscribe("room/:name/:part", { name: "a", prat: "b" }, {});',
    "'prat'",
  ],
  [
    "a parameter of a topic without any",
    'client.subscribe("news", { name: "a" }, {});',
    "'string' is not assignable to type 'never'",
  ],
  [
    "a publication that the topic does not have",
    'client.subscribe("news", {}, { joined: () => {} });',
    "'joined'",
  ],
  [
    "a misspelt option of a subscription",
    'client.subscribe("news", {}, {}, { onRecoverd() {} });',
    "'onRecoverd'",
  ],
  [
    "a position that is none",
    'client.subscribe("news", {}, {}, { since: { offset: 1 } });',
    "'epoch' is missing",
  ],
  [
    "a reason that does not exist",
    'client.subscribe("news", {}, {}, { onRecovered: ({ gap }) => gap === "trimed" });',
    "no overlap",
  ],
  ["publishing what the topic does not have", 'void news.publish("bell", 1n);', "'\"bell\"'"],
  [
    "publishing other data",
    'void news.publish("headline", 1);',
    "'number' is not assignable to parameter of type 'string'",
  ],
  [
    "publishing the wire's form of an encoded payload",
    'void hall.publish("bell", "1");',
    "'bigint'",
  ],
  ["members of a topic without presence", "presence(news);", "'presence' is missing"],
  [
    "reading what members do not have",
    "presence(hall).onChange(({ joined: [member] }) => member?.data.nickname);",
    "'nickname' does not exist",
  ],
  ["no handlers for requests of the server", "connect(asking, url);", "Expected 3 arguments"],
  ["a missing handler", "connect(asking, url, { handlers: {} });", "'confirm' is missing"],
  [
    "a handler of an event",
    "connect(asking, url, { handlers: { confirm: () => true, tick: () => {} } });",
    "'tick'",
  ],
  [
    "a wrong answer",
    "connect(asking, url, { handlers: { confirm: () => 'yes' } });",
    "'string' is not assignable to type",
  ],
  ["a state that does not exist", 'if (client.state === "opne") client.close();', "no overlap"],
] as const;

const shownExactly = [
  [
    "an event's data",
    'client.on("said", (/*?*/data) => {});',
    "(parameter) data: {\n    text: string;\n    at: Date;\n}",
  ],
  [
    "a publication's data",
    'client.subscribe("news", {}, { headline: (/*?*/text) => {} });',
    "(parameter) text: string",
  ],
  [
    "a result",
    'const /*?*/result = await client.request("add", { a: 1, b: 2 });',
    "const result: {\n    sum: number;\n}",
  ],
  [
    "the data of a member",
    "presence(hall).onChange(({ members: [member] }) => { const /*?*/data = member?.data; });",
    "const data: {\n    nick: string;\n    since: Date;\n}",
  ],
  [
    "the data of a server's request",
    "connect(asking, url, { handlers: { confirm: (/*?*/data) => true } });",
    "(parameter) data: {\n    question: string;\n}",
  ],
] as const;

const shownShortly = [
  ["a subscription", "void /*?*/hall;"],
  ["publish()", 'void hall./*?*/publish("bell", 1n);'],
  ["presence()", "/*?*/presence(hall);"],
  ["the client", "void /*?*/client;"],
  ["connect()", "/*?*/connect(chat, url);"],
  ["send()", 'void client./*?*/send("say", { text: "" });'],
  ["request()", 'void client./*?*/request("add", { a: 1, b: 2 });'],
  ["on()", 'client./*?*/on("said", () => {});'],
  ["subscribe()", 'client./*?*/subscribe("news", {}, {});'],
] as const;

describeTypes("a client", before, { right, wrong, shownExactly, shownShortly });
