import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReceivedMessage } from "./received-message.ts";

const bytesOf = (text: string): ArrayBuffer => new TextEncoder().encode(text).slice().buffer;

/** What the engine does with its memory when the callback has returned. */
function detach(payload: ArrayBuffer): void {
  structuredClone(payload, { transfer: [payload] });
}

describe("ReceivedMessage", () => {
  it("reads any payload as it was sent, before and after retain", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.boolean(), (bytes, isRetained) => {
        const payload = bytes.slice().buffer;
        const message = new ReceivedMessage(payload, true);
        if (isRetained) {
          message.retain();
          detach(payload);
        }
        expect(message.byteLength).toBe(bytes.length);
        expect(Buffer.compare(message.bytes(), bytes)).toBe(0);
        expect(message.text()).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
      }),
    );
  });

  it("keeps a leading byte order mark and replaces what is no UTF-8", () => {
    expect(new ReceivedMessage(bytesOf("\uFEFFa"), false).text()).toBe("\uFEFFa");
    expect(new ReceivedMessage(Uint8Array.of(0x61, 0xff).buffer, true).text()).toBe("a\uFFFD");
  });

  it("throws ERR_MESSAGE_EXPIRED from every reading when its memory is gone", () => {
    const payload = bytesOf('"hello"');
    const message = new ReceivedMessage(payload, false);
    detach(payload);
    const expired = expect.objectContaining({ code: "ERR_MESSAGE_EXPIRED" });
    for (const read of ["text", "bytes", "json", "retain"] as const) {
      expect(() => message[read]()).toThrow(expired);
    }
    expect(() => message.payload).toThrow(expired);
    expect(message.byteLength).toBe(7);
  });

  it("never expires when it is empty, for there is nothing to lose", () => {
    const payload = new ArrayBuffer(0);
    const message = new ReceivedMessage(payload, false);
    detach(payload);
    expect(message.text()).toBe("");
    expect(message.bytes()).toEqual(new Uint8Array());
    expect(message.retain().text()).toBe("");
  });

  it.each(["fresh", "retained"])("hands out bytes that belong to the caller: %s", (kind) => {
    const message = new ReceivedMessage(bytesOf("hello"), true);
    if (kind === "retained") message.retain();
    const bytes = message.bytes();
    bytes.fill(0);
    expect(message.text()).toBe("hello");
    // Not a piece of the pool that other messages live in.
    expect(bytes.buffer.byteLength).toBe(5);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  });

  it("retains once and answers itself", () => {
    const message = new ReceivedMessage(bytesOf("hello"), false);
    expect(message.retain()).toBe(message);
    const { payload } = message;
    expect(message.retain().payload).toBe(payload);
  });

  it("parses JSON", () => {
    const message = new ReceivedMessage(bytesOf('{"a":[1,"é"]}'), false);
    expect(message.json()).toEqual({ a: [1, "é"] });
  });

  it("says where JSON is wrong without quoting it", () => {
    const message = new ReceivedMessage(bytesOf('{"password": hunter2}'), false);
    expect(() => message.json()).toThrow("A message of 21 bytes is not JSON: it does not parse.");
    expect(() => message.json()).not.toThrow(/hunter2/);
    const tail = new ReceivedMessage(bytesOf('{"a":1}x'), false);
    expect(() => tail.json()).toThrow("A message of 8 bytes is not JSON: position 7.");
  });
});
