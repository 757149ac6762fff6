import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { base64Bytes, bigintString, isoDateTime } from "./codecs.ts";
import { defineProtocol } from "./define-protocol.ts";
import { request } from "./definitions.ts";
import { encoded, type Received, type Sent } from "./payload.ts";
import type {
  DataToSend,
  EventName,
  ParamsOf,
  PublicationName,
  PublicationToSend,
  ReceivedData,
  ReceivedPublication,
  ReceivedResult,
  RequestName,
  ResultToSend,
  TopicPattern,
} from "./protocol-types.ts";

const schema = z.object({
  at: isoDateTime,
  big: bigintString,
  limit: z.int().default(10),
  length: z.string().transform((text) => text.length),
  note: z.string().optional(),
});
interface Written {
  at: string;
  big: string;
  limit?: number | undefined;
  length: string;
  note?: string | undefined;
}
interface Read {
  at: Date;
  big: bigint;
  limit: number;
  length: number;
  note?: string | undefined;
}

const dates = encoded(z.object({ at: isoDateTime, bytes: base64Bytes.optional() }));
interface Dates {
  at: Date;
  bytes?: Uint8Array | undefined;
}

const protocol = defineProtocol({
  client: {
    say: schema,
    meet: dates,
    ask: request(schema, dates),
    tell: request(dates, schema),
  },
  server: { said: schema },
  topics: {
    "room/:name": { events: { joined: schema, met: dates } },
    lobby: { events: {} },
  },
});
type Client = (typeof protocol)["client"];

describe("a plain payload", () => {
  it("is written as the input of its schema and read as its output", () => {
    expectTypeOf<Sent<typeof schema>>().toEqualTypeOf<Written>();
    expectTypeOf<Received<typeof schema>>().toEqualTypeOf<Read>();
    expectTypeOf<DataToSend<Client, "say">>().toEqualTypeOf<Written>();
    expectTypeOf<ReceivedData<Client, "say">>().toEqualTypeOf<Read>();
  });
});

describe("an encoded payload", () => {
  it("is written and read as the output of its schema", () => {
    expectTypeOf<Sent<typeof dates>>().toEqualTypeOf<Dates>();
    expectTypeOf<Received<typeof dates>>().toEqualTypeOf<Dates>();
    expectTypeOf<DataToSend<Client, "meet">>().toEqualTypeOf<Dates>();
    expectTypeOf<ReceivedData<Client, "meet">>().toEqualTypeOf<Dates>();
  });
});

describe("a request", () => {
  it("has sides for its data and for its result, which are independent", () => {
    expectTypeOf<DataToSend<Client, "ask">>().toEqualTypeOf<Written>();
    expectTypeOf<ReceivedData<Client, "ask">>().toEqualTypeOf<Read>();
    expectTypeOf<ResultToSend<Client, "ask">>().toEqualTypeOf<Dates>();
    expectTypeOf<ReceivedResult<Client, "ask">>().toEqualTypeOf<Dates>();
    expectTypeOf<DataToSend<Client, "tell">>().toEqualTypeOf<Dates>();
    expectTypeOf<ReceivedData<Client, "tell">>().toEqualTypeOf<Dates>();
    expectTypeOf<ResultToSend<Client, "tell">>().toEqualTypeOf<Written>();
    expectTypeOf<ReceivedResult<Client, "tell">>().toEqualTypeOf<Read>();
  });

  it("is no event, and an event has no result", () => {
    expectTypeOf<EventName<Client>>().toEqualTypeOf<"say" | "meet">();
    expectTypeOf<RequestName<Client>>().toEqualTypeOf<"ask" | "tell">();
    expectTypeOf<ResultToSend<Client, "say">>().toBeNever();
    expectTypeOf<ReceivedResult<Client, "say">>().toBeNever();
  });
});

describe("a publication", () => {
  it("has the sides of its payload and the parameters of its pattern", () => {
    type P = typeof protocol;
    expectTypeOf<TopicPattern<P>>().toEqualTypeOf<"room/:name" | "lobby">();
    expectTypeOf<ParamsOf<"room/:name">>().toEqualTypeOf<{ readonly name: string }>();
    expectTypeOf<PublicationName<P, "room/:name">>().toEqualTypeOf<"joined" | "met">();
    expectTypeOf<PublicationName<P, "lobby">>().toBeNever();
    expectTypeOf<PublicationToSend<P, "room/:name", "joined">>().toEqualTypeOf<Written>();
    expectTypeOf<ReceivedPublication<P, "room/:name", "joined">>().toEqualTypeOf<Read>();
    expectTypeOf<PublicationToSend<P, "room/:name", "met">>().toEqualTypeOf<Dates>();
    expectTypeOf<ReceivedPublication<P, "room/:name", "met">>().toEqualTypeOf<Dates>();
  });
});

describe("defineProtocol", () => {
  it("takes schemas, encoded schemas and requests, and nothing else", () => {
    type Init = Parameters<typeof defineProtocol>[0];
    expectTypeOf<{ client: { a: typeof schema } }>().toExtend<Init>();
    expectTypeOf<{ client: { a: typeof dates } }>().toExtend<Init>();
    expectTypeOf<{ client: { a: string } }>().not.toExtend<Init>();
    expectTypeOf<{ topics: { a: { events: { b: Client["ask"] } } } }>().not.toExtend<Init>();
    expectTypeOf<{ topics: { a: { history: { size: 1; ttlMs: 1 } } } }>().not.toExtend<Init>();
  });

  it("leaves no names for what is not declared", () => {
    const none = defineProtocol({});
    expectTypeOf<EventName<(typeof none)["client"]>>().toBeNever();
    expectTypeOf<RequestName<(typeof none)["server"]>>().toBeNever();
    expectTypeOf<TopicPattern<typeof none>>().toBeNever();
  });
});
