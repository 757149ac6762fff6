import type { CloseEvent, RouteOptions } from "@windlass/app";
import { describe, expect, test } from "vitest";
import { closePayload, encodeFrame, type Frame, Opcode } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { Recorder } from "../support/recorder.ts";
import { startApp } from "../support/start-app.ts";

interface Opened {
  readonly client: RawClient;
  readonly recorder: Recorder;
}

async function openEcho(options: RouteOptions = {}): Promise<Opened> {
  const recorder = new Recorder();
  const { port } = await startApp((app) => app.route("/echo", recorder, ["*"], options));
  const client = await RawClient.open(port, "/echo");
  return { client, recorder };
}

/** Everything until the server closes the TCP connection. */
async function framesUntilEnd(client: RawClient): Promise<Frame[]> {
  await client.ended();
  const frames: Frame[] = [];
  while (client.unread.length > 0) frames.push(await client.frame());
  return frames;
}

const closeFrame = (body: Uint8Array | string = ""): Frame => ({
  fin: true,
  rsv: 0,
  opcode: Opcode.Close,
  payload: Buffer.from(body),
});

const peerClosed = (code: number, reason = ""): CloseEvent => ({
  code,
  reason,
  wasClean: true,
  cause: "peer",
});
const cut = (cause: CloseEvent["cause"]): CloseEvent => ({
  code: 1006,
  reason: "",
  wasClean: false,
  cause,
});

/** A client that closes: what it puts into its close frame, and what becomes of it. */
interface ClosingClient {
  readonly name: string;
  readonly body: Uint8Array | string;
  /** The body of the close frame that comes back. */
  readonly answer: Uint8Array | string;
  readonly event: CloseEvent;
}

const echoedCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 4000, 4321, 4999];
// Ratchet echoes 3000-3999 and answers 1002 to the rest; the engine knows neither. Applications
// have 4000-4999.
const unknownCodes = [0, 999, 1004, 1005, 1006, 1012, 1015, 1016, 2999, 3000, 3999, 5000, 65_535];

const closingClients: readonly ClosingClient[] = [
  { name: "nothing", body: "", answer: "", event: peerClosed(1005) },
  // RFC 6455 section 5.5.1 makes it an error, and Ratchet answers 1002; the engine lets it pass.
  { name: "half a code", body: Buffer.from([3]), answer: "", event: peerClosed(1005) },
  ...echoedCodes.map((code) => ({
    name: `${code} and a reason`,
    body: closePayload(code, "grüß dich"),
    answer: closePayload(code, "grüß dich"),
    event: peerClosed(code, "grüß dich"),
  })),
  {
    name: "4000 without a reason",
    body: closePayload(4000),
    answer: closePayload(4000),
    event: peerClosed(4000),
  },
  {
    name: "the longest reason",
    body: closePayload(4000, "r".repeat(123)),
    answer: closePayload(4000, "r".repeat(123)),
    event: peerClosed(4000, "r".repeat(123)),
  },
  ...unknownCodes.map((code) => ({
    name: `the code ${code}`,
    body: closePayload(code, "because"),
    answer: "",
    event: cut("protocol"),
  })),
  {
    name: "a reason that is not UTF-8",
    body: closePayload(4000, new Uint8Array([0xff, 0xfe])),
    answer: "",
    event: cut("protocol"),
  },
];

describe("a client that closes with", () => {
  test.each(closingClients)("$name", async ({ body, answer, event }) => {
    const { client, recorder } = await openEcho();
    client.writeFrame(Opcode.Close, body);
    expect(await framesUntilEnd(client)).toEqual([closeFrame(answer)]);
    expect(await recorder.closed.take()).toEqual(event);
  });
});

const text = (payload: string | Uint8Array, options = {}): Buffer =>
  encodeFrame(Opcode.Text, payload, options);
const ping = (payload = "", options = {}): Buffer => encodeFrame(Opcode.Ping, payload, options);
const rest = (payload: string | Uint8Array, options = {}): Buffer =>
  encodeFrame(Opcode.Continuation, payload, options);
const open = { fin: false };
const maxPayloadBytes = 65_536;
/** The engine's own limit lies at twice ours for this size. */
const hardLimit = 131_072;

/** A client that breaks the protocol. The engine sends no close frame: TCP just ends. */
interface BrokenClient {
  readonly name: string;
  readonly bytes: readonly Buffer[];
  /** "protocol" unless told otherwise. */
  readonly cause?: CloseEvent["cause"];
}

const brokenClients: readonly BrokenClient[] = [
  ...[1, 2, 4, 7].map((rsv) => ({ name: `RSV bits ${rsv}`, bytes: [text("a", { rsv })] })),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
    name: `opcode ${opcode}`,
    bytes: [encodeFrame(opcode, "a")],
  })),
  { name: "a continuation of nothing", bytes: [rest("a")] },
  { name: "a new message inside a fragmented one", bytes: [text("a", open), text("b")] },
  { name: "a fragmented ping", bytes: [ping("a", open)] },
  { name: "a ping of 126 bytes", bytes: [ping("p".repeat(126))] },
  {
    name: "a fragmented close frame",
    bytes: [encodeFrame(Opcode.Close, closePayload(1000), open)],
  },
  {
    name: "a close frame of 126 bytes",
    bytes: [encodeFrame(Opcode.Close, "\x03\xe8".padEnd(126))],
  },
  { name: "text that is not UTF-8", bytes: [text(new Uint8Array([0x68, 0xff]))] },
  { name: "text with a surrogate", bytes: [text(new Uint8Array([0xed, 0xa0, 0x80]))] },
  { name: "text with an overlong slash", bytes: [text(new Uint8Array([0xc0, 0xaf]))] },
  { name: "text that ends inside a character", bytes: [text(new Uint8Array([0xe2, 0x82]))] },
  {
    name: "fragments that are not UTF-8 together",
    bytes: [text(new Uint8Array([0xe2]), open), rest("(")],
  },
  {
    name: "a message far above the limit",
    bytes: [text("a", { claimedLength: hardLimit + 1 })],
    cause: "too-big",
  },
  {
    name: "a message of 2^63 bytes",
    bytes: [Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])],
    cause: "too-big",
  },
  {
    name: "fragments far above the limit",
    bytes: [text("a".repeat(hardLimit), open), rest("b")],
    cause: "too-big",
  },
];

describe("a client is cut off for", () => {
  test.each(brokenClients)("$name", async ({ bytes, cause = "protocol" }) => {
    const { client, recorder } = await openEcho({ maxPayloadBytes });
    client.writeText("before");
    expect(await client.text()).toBe("before");
    client.write(Buffer.concat([...bytes, text("after")]));
    expect(await framesUntilEnd(client)).toEqual([]);
    expect(await recorder.closed.take()).toEqual(cut(cause));
    expect(recorder.messages.rest).toEqual(["before"]);
  });

  test("frames without a mask, once they make no sense", async () => {
    const { client, recorder } = await openEcho();
    // The engine does not look at the mask bit: it takes the first bytes of the payload for the key
    // and unmasks what follows. RFC 6455 section 5.1 and Ratchet close with 1002 instead.
    client.writeFrame(Opcode.Text, "hello", { masked: false });
    client.writeFrame(Opcode.Text, "hello", { masked: false });
    await client.ended();
    expect(await recorder.closed.take()).toEqual(cut("protocol"));
  });
});

describe("a message of exactly the limit", () => {
  test("passes, and one byte more is answered with 1009", async () => {
    const { client, recorder } = await openEcho({ maxPayloadBytes });
    client.writeText("x".repeat(maxPayloadBytes));
    expect(await client.text()).toHaveLength(maxPayloadBytes);
    client.write(Buffer.concat([text("y".repeat(maxPayloadBytes + 1)), text("after")]));
    expect(await framesUntilEnd(client)).toEqual([
      closeFrame(closePayload(1009, "message too big")),
    ]);
    expect(await recorder.closed.take()).toEqual({
      code: 1009,
      reason: "message too big",
      wasClean: true,
      cause: "too-big",
    });
    await recorder.messages.take();
    expect(recorder.messages.rest).toEqual([]);
  });

  test("passes in fragments, and one byte more is answered with 1009", async () => {
    const { client, recorder } = await openEcho({ maxPayloadBytes: 10 });
    client.write(Buffer.concat([text("12345", open), rest("67890")]));
    expect(await client.text()).toBe("1234567890");
    client.write(Buffer.concat([text("12345", open), rest("67890!")]));
    expect(await client.closeFrame()).toEqual({ code: 1009, reason: "message too big" });
    expect(await recorder.closed.take()).toMatchObject({ code: 1009, cause: "too-big" });
  });
});

describe("a well-behaved client", () => {
  test("gets a pong with the payload of its ping", async () => {
    const { client } = await openEcho();
    for (const payload of ["", "hi", "p".repeat(125)]) {
      client.writeFrame(Opcode.Ping, payload);
      const frame = await client.frame();
      expect(frame).toMatchObject({ fin: true, rsv: 0, opcode: Opcode.Pong });
      expect(frame.payload.toString()).toBe(payload);
    }
  });

  test("may ping between the fragments of a message", async () => {
    const { client, recorder } = await openEcho();
    client.write(Buffer.concat([text("one ", open), ping("now"), rest("two ", open)]));
    expect(await client.frame()).toMatchObject({ opcode: Opcode.Pong });
    expect(recorder.messages.rest).toEqual([]);
    client.write(rest("three"));
    expect(await client.text()).toBe("one two three");
  });

  test("may send pongs that nobody asked for", async () => {
    const { client, recorder } = await openEcho();
    client.write(Buffer.concat([encodeFrame(Opcode.Pong, "unasked"), text("next")]));
    expect(await client.text()).toBe("next");
    expect(recorder.messages.rest).toEqual(["next"]);
  });

  test("may split characters over fragments, and frames over packets", async () => {
    const { client } = await openEcho();
    const euro = Buffer.from("€");
    client.write(Buffer.concat([text(euro.subarray(0, 1), open), rest(euro.subarray(1))]));
    expect(await client.text()).toBe("€");
    // With a pong in between, so that the two halves cannot meet in one read.
    const whole = Buffer.concat([ping("go on"), text("in two halves")]);
    client.write(whole.subarray(0, 14));
    expect(await client.frame()).toMatchObject({ opcode: Opcode.Pong });
    client.write(whole.subarray(14));
    expect(await client.text()).toBe("in two halves");
  });

  test("may send empty messages", async () => {
    const { client } = await openEcho();
    for (const opcode of [Opcode.Text, Opcode.Binary]) {
      client.writeFrame(opcode);
      expect(await client.frame()).toEqual({ fin: true, rsv: 0, opcode, payload: Buffer.alloc(0) });
    }
  });

  test("may close between the fragments of a message", async () => {
    const { client, recorder } = await openEcho();
    client.write(
      Buffer.concat([
        text("never", open),
        encodeFrame(Opcode.Close, closePayload(1001)),
        rest("!"),
      ]),
    );
    expect(await framesUntilEnd(client)).toEqual([closeFrame(closePayload(1001))]);
    expect(await recorder.closed.take()).toEqual(peerClosed(1001));
    expect(recorder.messages.rest).toEqual([]);
  });
});

describe("a client that goes away without a close frame", () => {
  test.each([
    { name: "by ending TCP", leave: (client: RawClient) => client.socket.end() },
    { name: "by resetting TCP", leave: (client: RawClient) => client.socket.resetAndDestroy() },
    {
      name: "inside a frame",
      leave: (client: RawClient) => client.socket.end(text("half").subarray(0, 7)),
    },
  ])("is reported with 1006 and cause peer: $name", async ({ leave }) => {
    const { client, recorder } = await openEcho();
    leave(client);
    expect(await recorder.closed.take()).toEqual(cut("peer"));
    expect(recorder.messages.rest).toEqual([]);
  });
});
