import { ExtData, encode } from "@msgpack/msgpack";
import { below, pick } from "../client/random.ts";

/** What the server must do with one message. */
export interface Envelope {
  readonly payload: string | Uint8Array;
  /**
   * The code of the `error` frame, `ack` for a valid event, `nothing` for what has no answer, or
   * `anything`: the message may by chance be a valid one.
   */
  readonly expected: string;
}

type Random = () => number;
type Write = (frame: unknown) => string | Uint8Array;

/** What no handler may ever see in its data. */
const forbiddenText = "must never arrive";

const validEvent = { type: "event", name: "say", id: 1, data: { text: "hello" } };
const frameTypes = ["event", "request", "subscribe", "cancel", "response", "hello", "auth"];
const oddValues: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 53,
  -0.1,
  "",
  "1",
  [],
  {},
  [1],
  { id: 1 },
  "a".repeat(300),
  "\u0000",
];
const oddData: readonly unknown[] = [
  null,
  1,
  "",
  [],
  {},
  { text: 1 },
  { text: null },
  { text: ["a"] },
  { txet: forbiddenText },
  { text: "too long ".repeat(20) },
  [{ text: forbiddenText }],
];
const serverTypes: readonly Readonly<Record<string, unknown>>[] = [
  { type: "welcome", connection: "1", resumed: true },
  { type: "authenticated" },
  { type: "ack", id: 1 },
  { type: "publication", topic: "a", name: "b", data: {} },
  { type: "pong" },
  { type: "reconnect", afterMs: 1 },
];

function nested(random: Random, levels: number): unknown {
  let value: unknown = forbiddenText;
  for (let level = 0; level < levels; level += 1) value = random() < 0.5 ? [value] : { a: value };
  return value;
}

/** Members without which, or with which, a frame is none. */
function brokenFrame(random: Random): unknown {
  const type = pick(random, frameTypes);
  switch (type) {
    case "event":
      return {
        type,
        id: pick(random, [0, -1, 1.5, "1", {}, 2 ** 53]),
        name: "say",
        data: { text: "" },
      };
    case "request":
      return pick(random, [
        { type, name: "count", data: {} },
        { type, id: 1, name: pick(random, [1, null, [], {}]), data: {} },
      ]);
    case "subscribe":
      return { type, id: 1, topic: pick(random, [1, null, {}]) };
    case "hello":
      return {
        type,
        session: pick(random, ["short", 1, "a".repeat(65), "with spaces in it!", null]),
      };
    case "auth":
      return { type, token: pick(random, [1, null, {}]) };
    default:
      return { type, id: pick(random, [0, "1", null]) };
  }
}

/** Structures that are wrong in every form that frames have. */
function hostileFrame(random: Random): { readonly frame: unknown; readonly expected: string } {
  const invalid = "ERR_FRAME_INVALID";
  switch (below(random, 10)) {
    case 0:
      return { frame: pick(random, oddValues), expected: invalid };
    case 1:
      return {
        frame: { ...validEvent, type: pick(random, [...oddValues, "evnt", "__proto__"]) },
        expected: invalid,
      };
    case 2:
      return { frame: brokenFrame(random), expected: invalid };
    case 3: {
      const deep = nested(random, 64 + below(random, 200));
      const where = pick(random, ["data", "details", "extra", "token"]);
      return { frame: { ...validEvent, [where]: deep }, expected: invalid };
    }
    case 4:
      return { frame: pick(random, serverTypes), expected: invalid };
    case 5: {
      const name = pick(random, [
        "sya",
        "",
        "constructor",
        "toString",
        "__proto__",
        "a".repeat(900),
      ]);
      return {
        frame: { ...validEvent, name, data: { text: forbiddenText } },
        expected: "ERR_NAME_UNKNOWN",
      };
    }
    case 6:
      return {
        frame: { ...validEvent, data: pick(random, oddData) },
        expected: "ERR_DATA_INVALID",
      };
    case 7: {
      const keys = Array.from({ length: below(random, 150) }, (_, index) => [`k${index}`, index]);
      return { frame: { ...Object.fromEntries(keys), ...validEvent }, expected: "ack" };
    }
    case 8:
      return {
        frame: {
          type: pick(random, ["response", "cancel"]),
          id: 1 + below(random, 99),
          data: forbiddenText,
        },
        expected: "nothing",
      };
    default:
      return {
        frame: { type: "subscribe", id: 1, topic: pick(random, ["", "a/b/c", "room/%", "room/"]) },
        expected: "ERR_TOPIC_UNKNOWN",
      };
  }
}

const prototypeTexts = [
  `{"type":"event","name":"say","id":1,"data":{"__proto__":{"text":"${forbiddenText}"}}}`,
  `{"type":"event","name":"say","id":1,"__proto__":{"x":1},"data":{"text":"${forbiddenText}"}}`,
  `{"type":"event","name":"say","id":1,"data":{"\\u005f_proto__":{},"text":"${forbiddenText}"}}`,
  `{"type":"event","name":"say","id":1,"data":{"constructor":{"prototype":{}},"text":"${forbiddenText}"}}`,
  `{"type":"event","name":"say","id":1,"data":{"c\\u006fnstructor":{"prototype":1},"text":"${forbiddenText}"}}`,
];

function hostileText(random: Random): Envelope {
  const text = JSON.stringify(validEvent);
  switch (below(random, 6)) {
    case 0:
      return { payload: text.slice(0, below(random, text.length)), expected: "ERR_FRAME_INVALID" };
    case 1: {
      const at = below(random, text.length);
      const letter = String.fromCharCode(below(random, 0x250));
      return {
        payload: `${text.slice(0, at)}${letter}${text.slice(at + 1)}`,
        expected: "anything",
      };
    }
    case 2:
      return { payload: pick(random, prototypeTexts), expected: "ERR_FRAME_INVALID" };
    case 3: {
      const bracket = pick(random, ["[", '{"a":', '[{"a":']);
      return { payload: bracket.repeat(1 + below(random, 500)), expected: "ERR_FRAME_INVALID" };
    }
    case 4: {
      const letters = Array.from({ length: below(random, 80) }, () => below(random, 0xd7ff));
      return { payload: `${String.fromCharCode(...letters)}}`, expected: "ERR_FRAME_INVALID" };
    }
    default:
      return {
        payload: `${text}${pick(random, [",", "{}", "]", "\u0000", "x"])}`,
        expected: "ERR_FRAME_INVALID",
      };
  }
}

function hostileBytes(random: Random): Envelope {
  const bytes = encode(validEvent);
  switch (below(random, 6)) {
    case 0:
      return {
        payload: bytes.slice(0, below(random, bytes.length)),
        expected: "ERR_FRAME_INVALID",
      };
    case 1: {
      const changed = bytes.slice();
      changed[below(random, bytes.length)] = below(random, 256);
      return { payload: changed, expected: "anything" };
    }
    case 2: {
      const data = pick<unknown>(random, [new ExtData(1, bytes), new Date(0), new Map([[1, 2]])]);
      const odd =
        data instanceof Map
          ? Uint8Array.of(0x81, 0x01, 0x02)
          : encode({ ...validEvent, extra: data });
      return { payload: odd, expected: "ERR_FRAME_INVALID" };
    }
    case 3: {
      // Each level claims more items than there are bytes.
      const header = pick(random, [
        [0xdd, 0, 1, 0, 0],
        [0xdc, 0xff, 0xff],
        [0xdf, 0x7f, 0xff, 0xff, 0xff],
      ]);
      const levels = 1 + below(random, 60);
      const claims = Array.from({ length: levels }, () => header).flat();
      return { payload: Uint8Array.from(claims), expected: "ERR_FRAME_INVALID" };
    }
    case 4: {
      const noise = Uint8Array.from({ length: below(random, 80) }, () => below(random, 256));
      return { payload: Uint8Array.of(0xc1, ...noise), expected: "ERR_FRAME_INVALID" };
    }
    default:
      return {
        payload: Uint8Array.of(...bytes, below(random, 256)),
        expected: "ERR_FRAME_INVALID",
      };
  }
}

/** One message of a client that means no good, or has gone mad. */
export function hostileEnvelope(random: Random, form: "json" | "msgpack"): Envelope {
  const write: Write =
    form === "json"
      ? (frame) => JSON.stringify(frame)
      : (frame) => encode(frame, { maxDepth: 500 });
  const luck = random();
  if (luck < 0.05) return { payload: write(validEvent), expected: "ack" };
  if (luck < 0.07) {
    const payload = form === "json" ? encode(validEvent) : JSON.stringify(validEvent);
    return { payload, expected: "ERR_FRAME_INVALID" };
  }
  if (luck < 0.5) return form === "json" ? hostileText(random) : hostileBytes(random);
  const { frame, expected } = hostileFrame(random);
  return { payload: write(frame), expected };
}
