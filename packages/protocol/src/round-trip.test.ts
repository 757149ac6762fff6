import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineProtocol } from "./define-protocol.ts";
import { request } from "./definitions.ts";
import type { Frame } from "./frame.ts";
import type { FrameCodec } from "./frame-codec.ts";
import { jsonCodec } from "./json-codec.ts";
import { msgpackCodec } from "./msgpack/index.ts";
import { schemaOf, toWire } from "./payload.ts";
import { readFrame } from "./read-frame.ts";
import { effectSamples } from "./samples/effect-samples.test-helper.ts";
import { encodedSamples } from "./samples/encoded-samples.test-helper.ts";
import type { Sample } from "./samples/sample.test-helper.ts";
import { scalarSamples } from "./samples/scalar-samples.test-helper.ts";
import { shapeSamples } from "./samples/shape-samples.test-helper.ts";

const plainSamples: Readonly<Record<string, Sample>> = {
  ...scalarSamples,
  ...shapeSamples,
  ...effectSamples,
};

/** Every frame that carries data of an application. */
const framesWith: readonly ((data: unknown) => Frame)[] = [
  (data) => ({ type: "event", name: "say", data }),
  (data) => ({ type: "request", id: 1, name: "ask", data }),
  (data) => ({ type: "response", id: 1, data }),
  (data) => ({ type: "publication", topic: "room/a", name: "said", data }),
  (data) => ({ type: "publish", id: 1, topic: "room/a", name: "said", data }),
];

/** What the other side finds in each of these frames. */
function arrivals(codec: FrameCodec, data: unknown): unknown[] {
  return framesWith.map((frameWith) => {
    const payload = codec.encode(frameWith(data));
    return (readFrame(codec.decode(payload)) as { readonly data?: unknown }).data;
  });
}

const codecs = [
  ["JSON", jsonCodec],
  ["MessagePack", msgpackCodec],
] as const;

const runs = { seed: 4, numRuns: 60 };

describe.each(codecs)("through %s", (_name, codec) => {
  it.each(Object.entries(plainSamples))(
    "%s arrive as if their sender had parsed them",
    (_sample, { payload, values }) => {
      const schema = schemaOf(payload);
      fc.assert(
        fc.property(values, (value) => {
          const wanted = schema.parse(value);
          for (const data of arrivals(codec, toWire(payload, value))) {
            expect(schema.parse(data)).toEqual(wanted);
          }
        }),
        runs,
      );
    },
  );

  it.each(Object.entries<Sample>(encodedSamples))(
    "encoded %s arrive as their sender had them",
    (_sample, { payload, values }) => {
      fc.assert(
        fc.property(values, (value) => {
          for (const data of arrivals(codec, toWire(payload, value))) {
            expect(schemaOf(payload).parse(data)).toEqual(value);
          }
        }),
        runs,
      );
    },
  );
});

it("bytes of z.instanceof(Uint8Array) arrive as bytes through MessagePack", () => {
  const schema = z.object({ bytes: z.instanceof(Uint8Array) });
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      for (const data of arrivals(msgpackCodec, { bytes })) {
        expect(schema.parse(data)).toEqual({ bytes });
      }
    }),
  );
});

it("all of them make a protocol, as events, as requests and as publications", () => {
  const all: Readonly<Record<string, Sample>> = {
    ...plainSamples,
    ...Object.fromEntries(
      Object.entries(encodedSamples).map(([name, sample]) => [`encoded-${name}`, sample]),
    ),
  };
  const payloads = Object.entries(all).map(([name, { payload }]) => [name, payload] as const);
  const events = Object.fromEntries(payloads);
  const requests = Object.fromEntries(
    payloads.map(([name, payload]) => [name, request(payload, payload)]),
  );
  const protocol = defineProtocol({
    client: requests,
    server: events,
    topics: { "room/:name": { events } },
  });
  expect(Object.keys(protocol.client)).toHaveLength(payloads.length);
});
