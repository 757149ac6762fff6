import { describe, expect, it } from "vitest";
import { FetchBody } from "./fetch-body.ts";

const highWaterMarkBytes = 256 * 1024;

/** A body and what it asked of its client. */
function stage(): { readonly body: FetchBody; readonly asked: boolean[] } {
  const asked: boolean[] = [];
  return { body: new FetchBody((isPaused) => void asked.push(isPaused)), asked };
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const textOf = (part: Uint8Array | undefined) => part && Buffer.from(part).toString();

describe("the body of a request", () => {
  it("is whole for who waits, and for who comes later", async () => {
    for (const isLate of [false, true]) {
      const { body } = stage();
      const early = isLate ? undefined : body.bytes();
      body.push(bytes("a"), false);
      body.push(bytes(""), false);
      body.push(bytes("bc"), false);
      expect(body.isArriving).toBe(true);
      body.push(bytes(""), true);
      expect(body.isArriving).toBe(false);
      expect(textOf(await (early ?? body.bytes()))).toBe("abc");
    }
  });

  it("pauses the client while nobody wants it, and not when it is wanted whole", async () => {
    const { body, asked } = stage();
    body.push(new Uint8Array(highWaterMarkBytes - 1), false);
    expect(asked).toEqual([]);
    body.push(new Uint8Array(1), false);
    expect(asked).toEqual([true]);
    const whole = body.bytes();
    expect(asked).toEqual([true, false]);
    body.push(new Uint8Array(highWaterMarkBytes), true);
    expect(asked).toEqual([true, false]);
    expect((await whole).byteLength).toBe(2 * highWaterMarkBytes);
  });

  it("pauses the client while its stream is not read", async () => {
    const { body, asked } = stage();
    body.push(new Uint8Array(highWaterMarkBytes), false);
    const reader = body.stream().getReader();
    asked.length = 0;
    body.push(new Uint8Array(1), false);
    expect(asked).toEqual([true]);
    await reader.read();
    await reader.read();
    expect(asked.at(-1)).toBe(false);
  });

  it("streams what came before, and what comes", async () => {
    const { body } = stage();
    body.push(bytes("a"), false);
    const reader = body.stream().getReader();
    expect(textOf((await reader.read()).value)).toBe("a");
    body.push(bytes("b"), true);
    expect(textOf((await reader.read()).value)).toBe("b");
    expect((await reader.read()).done).toBe(true);
  });

  it("streams what is complete, also when the client goes away", async () => {
    const { body } = stage();
    body.push(bytes("a"), true);
    body.fail(new Error("gone"));
    const reader = body.stream().getReader();
    expect(textOf((await reader.read()).value)).toBe("a");
    expect((await reader.read()).done).toBe(true);
  });

  it("fails for who waits, and for who comes later", async () => {
    const gone = new Error("gone");
    const begun = stage().body;
    const waiting = begun.bytes();
    begun.fail(gone);
    await expect(waiting).rejects.toBe(gone);
    const streamed = stage().body;
    const reader = streamed.stream().getReader();
    streamed.fail(gone);
    await expect(reader.read()).rejects.toBe(gone);
    for (const read of ["bytes", "stream"] as const) {
      const { body } = stage();
      body.push(bytes("a"), false);
      body.fail(gone);
      body.push(bytes("b"), true);
      const late = read === "bytes" ? body.bytes() : body.stream().getReader().read();
      await expect(late).rejects.toBe(gone);
    }
  });

  it("lets the client go on when its stream is cancelled, and keeps nothing", async () => {
    const { body, asked } = stage();
    const stream = body.stream();
    body.push(new Uint8Array(highWaterMarkBytes), false);
    await stream.cancel();
    expect([asked.at(-1), body.isArriving]).toEqual([false, false]);
    body.push(new Uint8Array(highWaterMarkBytes), false);
    expect(asked.at(-1)).toBe(false);
  });
});
