import { type FrameCodec, FrameError } from "@windlass/protocol";

/**
 * `windlass.v1.json` in few bytes: the same frames as those of `jsonCodec`, whose code makes servers
 * fast and would have to be loaded by every page.
 */
export const jsonFrames: FrameCodec = {
  subprotocol: "windlass.v1.json",
  isBinary: false,
  encode: (frame) => JSON.stringify(frame),
  decode(payload) {
    if (typeof payload !== "string") throw new FrameError("it is binary; wanted text");
    try {
      // The keys need a look at every value; a backslash may spell them.
      return JSON.parse(payload, /proto|\\/.test(payload) ? refuseHostileKey : undefined);
    } catch (error) {
      // The engine's own sentence may quote the payload.
      throw error instanceof FrameError ? error : new FrameError("it is not JSON");
    }
  },
};

/** A merge reaches Object.prototype by `__proto__`, or by `constructor` that holds a `prototype`. */
function refuseHostileKey(key: string, value: unknown): unknown {
  const isHostile = key === "constructor" && Object.hasOwn(Object(value), "prototype");
  if (key !== "__proto__" && !isHostile) return value;
  throw new FrameError(`the key "${key}" is not allowed`);
}
