import { deflateRawSync } from "node:zlib";
import fc, { type Arbitrary } from "fast-check";
import { encodeFrame, type FrameOptions } from "./frames.ts";
import { handshakeRequest, sampleKey } from "./raw-client.ts";

/** What one connection sends, and how it leaves. */
export interface FuzzInput {
  /** A valid handshake, whose answer is waited for before the rest. */
  readonly handshake?: string;
  /** In pieces, each a packet of its own as far as the kernel lets us. */
  readonly pieces: readonly Buffer[];
  /**
   * `end` closes this side only and waits for the other, `reset` sends RST, `destroy` leaves without
   * reading.
   */
  readonly leave: "end" | "reset" | "destroy";
}

/** One change to bytes; `at` says where, from 0 to 1. */
type Mutation =
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "truncate"; readonly at: number }
  | { readonly kind: "remove"; readonly at: number; readonly length: number }
  | {
      readonly kind: "repeat";
      readonly at: number;
      readonly length: number;
      readonly times: number;
    }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array };

/** One side of the fence most of the time: what is wrong everywhere does not get far. */
const mostly = <Value>(usual: Arbitrary<Value>, odd: Arbitrary<Value>): Arbitrary<Value> =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: odd });

const at = fc.double({ min: 0, max: 1, noNaN: true });
const bytes = (maxLength: number): Arbitrary<Uint8Array> =>
  fc.uint8Array({ maxLength, size: "max" });

const mutation: Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("truncate" as const), at }),
  fc.record({ kind: fc.constant("remove" as const), at, length: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    kind: fc.constant("repeat" as const),
    at,
    length: fc.integer({ min: 1, max: 80 }),
    times: fc.constantFrom(1, 2, 20, 120),
  }),
  fc.record({ kind: fc.constant("insert" as const), at, bytes: bytes(40) }),
);

function mutate(input: Buffer, change: Mutation): Buffer {
  const offset = Math.floor(change.at * input.length);
  const head = input.subarray(0, offset);
  switch (change.kind) {
    case "flip": {
      const copy = Buffer.from(input);
      copy[offset] = (copy[offset] ?? 0) ^ (1 << change.bit);
      return copy;
    }
    case "truncate":
      return head;
    case "remove":
      return Buffer.concat([head, input.subarray(offset + change.length)]);
    case "repeat": {
      const part = input.subarray(offset, offset + change.length);
      return Buffer.concat([
        head,
        ...Array<Buffer>(change.times).fill(part),
        input.subarray(offset),
      ]);
    }
    case "insert":
      return Buffer.concat([head, change.bytes, input.subarray(offset)]);
    default:
      return change satisfies never;
  }
}

function cutAt(input: Buffer, cuts: readonly number[]): Buffer[] {
  const offsets = [...cuts].sort((a, b) => a - b).map((cut) => Math.floor(cut * input.length));
  const bounds = [0, ...offsets, input.length];
  return bounds.slice(1).map((end, index) => input.subarray(bounds[index], end));
}

/** Changes to the bytes of an input, if any. */
const mutations = mostly(
  fc.constant<Mutation[]>([]),
  fc.array(mutation, { minLength: 1, maxLength: 2 }),
);
const cuts = mostly(fc.constant<number[]>([]), fc.array(at, { minLength: 1, maxLength: 3 }));
const leave: Arbitrary<FuzzInput["leave"]> = fc.constantFrom("end", "end", "reset", "destroy");

/** Words without spaces, as single values. */
const words = (text: string): string[] => text.trim().split(/\s+/);

const paths = mostly(
  fc.constantFrom(...words("/fuzz /zip /async /guarded /room/a /room/%C3%BF /fuzz?a=%")),
  fc.constantFrom(
    ...words("/room/%ff /room/%E0%A4 /page /control/ / * //fuzz /../fuzz http://localhost/fuzz"),
    ...[`/${"x".repeat(3_000)}`, "/f\xffzz", "/room/\x00", ""],
  ),
);
const methods = mostly(
  fc.constant("GET"),
  fc.constantFrom("get", "POST", "HEAD", "CONNECT", "G\xffT", ""),
);
const versions = mostly(
  fc.constant("HTTP/1.1"),
  fc.constantFrom("HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTQ/1.1"),
);
const headerName = fc.constantFrom(
  ...words("Host Upgrade Connection Sec-WebSocket-Key Sec-WebSocket-Version Origin Cookie"),
  ...words("Sec-WebSocket-Protocol Sec-WebSocket-Extensions Content-Length Transfer-Encoding"),
  ...["X-Forwarded-For", "Expect", "\xff", "", "X Y", "__proto__"],
);
const headerValue = fc.constantFrom(
  ...words(", ,,, websocket upgrade keep-alive,Upgrade 13 -1 1e9 0 99999999999999999999 chunked"),
  ...words("gzip,chunked localhost [::1]:1 null https://a,b v1,v2 1.2.3.4 100-continue"),
  ...words("permessage-deflate permessage-deflate;client_max_window_bits=99"),
  ...[sampleKey, "A".repeat(24), "?".repeat(24), "x".repeat(2_000), "x".repeat(8_000)],
  ...["", " ", "\xff\xfe", "\x00", "a\rb"],
);

/** A handshake with up to three headers replaced, removed or added, and perhaps its bytes mutated. */
const mutatedHandshake: Arbitrary<FuzzInput> = fc
  .record({
    path: paths,
    method: methods,
    version: versions,
    headers: fc.array(fc.tuple(headerName, fc.option(headerValue, { nil: undefined })), {
      maxLength: 3,
    }),
    changes: mutations,
    junk: mostly(fc.constant(new Uint8Array()), bytes(200)),
    cuts,
    leave,
  })
  .map(({ path, method, version, headers, changes, junk, ...rest }) => {
    const request = handshakeRequest(path, {
      method,
      version,
      headers: Object.fromEntries(headers),
    });
    const whole = Buffer.concat([Buffer.from(request, "latin1"), junk]);
    return { pieces: cutAt(changes.reduce(mutate, whole), rest.cuts), leave: rest.leave };
  });

const noise: Arbitrary<FuzzInput> = fc
  .record({ random: bytes(600), cuts, leave })
  .map(({ random, ...rest }) => ({
    pieces: cutAt(Buffer.from(random), rest.cuts),
    leave: rest.leave,
  }));

const validFrame: Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom(1, 1, 2, 9, 10), fc.constantFrom("", "text", "grüße", "a".repeat(4_096)))
  .map(([opcode, text]) => encodeFrame(opcode, opcode > 8 ? text.slice(0, 100) : text));

const oddPayload: Arbitrary<Uint8Array> = fc.oneof(
  bytes(150),
  fc.constantFrom(0, 1, 125, 126, 4_097, 9_000, 70_000).map((size) => Buffer.alloc(size, "a")),
  // A surrogate, an overlong form, a character cut short, close codes of nobody.
  fc
    .constantFrom(...words("eda080 c0af e282 f4908080 03 03e8ff 03ee ffff"))
    .map((hex) => Buffer.from(hex, "hex")),
  // Inflates to a million times nothing.
  fc.constant(deflateRawSync(Buffer.alloc(1_000_000))),
);

const oddOptions: Arbitrary<FrameOptions> = fc.record(
  {
    fin: fc.boolean(),
    rsv: fc.constantFrom(0, 0, 4, 1, 2, 7),
    masked: fc.constantFrom(true, true, true, false),
    claimedLength: fc.constantFrom(0, 1, 125, 126, 5_000, 65_535, 65_536, 2 ** 32, 2 ** 53),
  },
  { requiredKeys: [] },
);

const oddFrame: Arbitrary<Buffer> = fc
  .tuple(
    mostly(fc.constantFrom(0, 1, 2, 8, 9, 10), fc.nat(15)),
    oddPayload,
    mostly(fc.constant<FrameOptions>({}), oddOptions),
  )
  .map(([opcode, body, options]) => encodeFrame(opcode, body, options));

/** A valid handshake, then up to six frames, some of them odd, and perhaps their bytes mutated. */
const mutatedFrames: Arbitrary<FuzzInput> = fc
  .record({
    path: fc.constantFrom("/fuzz", "/zip", "/zip", "/async", "/guarded", "/room/a"),
    frames: fc.array(fc.oneof(validFrame, oddFrame), { minLength: 1, maxLength: 6 }),
    changes: mutations,
    cuts,
    leave,
  })
  .map(({ path, frames, changes, ...rest }) => ({
    handshake: handshakeRequest(path, {
      headers: { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" },
    }),
    pieces: cutAt(changes.reduce(mutate, Buffer.concat(frames)), rest.cuts),
    leave: rest.leave,
  }));

/** Half of them go wrong before the connection is open, half of them after. */
export const fuzzInput: Arbitrary<FuzzInput> = fc.oneof(
  { weight: 9, arbitrary: mutatedHandshake },
  { weight: 1, arbitrary: noise },
  { weight: 10, arbitrary: mutatedFrames },
);
