// What each step of a typed message costs, in nanoseconds: the native socket is a stand-in that does nothing. Part
// of `pnpm bench:layers`; docs/internals/performance.md says what came out.

import { type Component, createDispatcher } from "@windlass/core";
import {
  defineProtocol,
  type Frame,
  jsonCodec,
  type RequestFrame,
  readFrame,
  request,
} from "@windlass/protocol";
import { bench, do_not_optimize, run, summary } from "mitata";
import { z } from "zod";
import { nativeRoute } from "../../core/bench/native-route.ts";
import { ReceivedMessage } from "../../core/src/contract/received-message.ts";
import { ProtocolComponent } from "../src/index.ts";

const fields = z.object({ text: z.string(), count: z.int(), flag: z.boolean() });
const protocol = defineProtocol({
  client: { echo: request(fields, fields), note: fields },
});
const typed = new ProtocolComponent(protocol, {
  handlers: { echo: (_connection, data) => data, note() {} },
});

/** The least that such a server has to do, by hand. */
const byHand: Component = {
  onMessage(connection, message) {
    const { id, data } = JSON.parse(message.text()) as RequestFrame;
    const parsed = fields.safeParse(data);
    if (!parsed.success) return;
    connection.send(`{"type":"response","id":${id},"data":${JSON.stringify(parsed.data)}}`);
  },
};
const untyped: Component = { onMessage: (connection, message) => void connection.send(message) };

/** As many different ones as a generator would send, so that no cache knows the text. */
const count = 256;

function messages(head: string, textBytes: number): readonly ArrayBuffer[] {
  return Array.from({ length: count }, (_, index) => {
    const text = `${index.toString(36).padStart(2, "0")}${"hello you ".repeat(textBytes)}`;
    const data = `{"text":"${text.slice(0, textBytes)}","count":42,"flag":true}`;
    return new TextEncoder().encode(`${head},"data":${data}}`).buffer;
  });
}

const requestHead = '{"type":"request","id":1,"name":"echo"';
const small = messages(requestHead, 20);
const large = messages(requestHead, 1_024);
const events = messages('{"type":"event","name":"note"', 20);

/** Measures `use` with one value after the other. */
function measure<Value>(name: string, values: readonly Value[], use: (value: Value) => unknown) {
  let index = 0;
  bench(name, () => {
    index = (index + 1) % count;
    do_not_optimize(use(values[index] as Value));
  });
}

function measureRoute(name: string, component: Component, payloads: readonly ArrayBuffer[]): void {
  const { onMessage, socket } = nativeRoute(createDispatcher(component));
  measure(name, payloads, (payload) => onMessage(socket, payload, false));
}

summary(() => {
  measureRoute("untyped echo, 101 bytes", untyped, small);
  measureRoute("by hand, 20 bytes of text", byHand, small);
  measureRoute("typed request, 20 bytes of text", typed, small);
  measureRoute("typed event without an id, 20 bytes of text", typed, events);
  measureRoute("by hand, 1 KiB of text", byHand, large);
  measureRoute("typed request, 1 KiB of text", typed, large);
});

function measureSteps(size: string, payloads: readonly ArrayBuffer[]): void {
  const textOf = (payload: ArrayBuffer) => new ReceivedMessage(payload, false).text();
  const texts = payloads.map(textOf);
  const values = texts.map((text) => jsonCodec.decode(text));
  const frames = values.map(readFrame) as readonly RequestFrame[];
  const answers = frames.map(({ id, data }): Frame => ({ type: "response", id, data }));
  const handlers = new Map(Object.entries(protocol.client));
  summary(() => {
    measure(`message.text(), ${size}`, payloads, textOf);
    measure(`JSON.parse, ${size}`, texts, (text) => JSON.parse(text));
    measure(`jsonCodec.decode, ${size}`, texts, (text) => jsonCodec.decode(text));
    measure(`readFrame, ${size}`, values, readFrame);
    measure(`handler by name, ${size}`, frames, ({ name }) => handlers.get(name));
    measure(`safeParse, ${size}`, frames, ({ data }) => fields.safeParse(data));
    measure(`JSON.stringify, ${size}`, frames, ({ data }) => JSON.stringify(data));
    measure(`jsonCodec.encode, ${size}`, answers, (frame) => jsonCodec.encode(frame));
  });
}

measureSteps("20 bytes", small);
measureSteps("1 KiB", large);

await run();
