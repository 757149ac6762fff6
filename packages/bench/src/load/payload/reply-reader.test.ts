import { describe, expect, it } from "vitest";
import type { Adapter, Envelope } from "../../contract/adapter.ts";
import { envelope } from "../echo-share.test-helper.ts";
import { PayloadPool } from "./payload-pool.ts";
import { ReplyReader } from "./reply-reader.ts";

interface Given {
  readonly around?: Envelope;
  readonly locate?: Adapter["locate"];
  readonly publisher?: number;
}

function readerFor({ around = envelope("text"), locate, publisher }: Given = {}) {
  const named = publisher === undefined ? {} : { publisher };
  const request = [envelope("text")];
  const pool = new PayloadPool({ messageBytes: 12, format: "text", minimum: 4, request, ...named });
  const namesPublisher = publisher !== undefined;
  const reader = new ReplyReader({ envelope: around, locate, pool, namesPublisher });
  /** Within other bytes, as in a read. */
  const accept = (message: string, isWhole = true, isBinary = false) => {
    const bytes = Buffer.from(`<<${message}>>`);
    return reader.accept(bytes, 2, bytes.length - 2, isBinary, isWhole);
  };
  return { reader, accept, payload: (sequence: number) => pool.payload(sequence).toString() };
}

describe("ReplyReader", () => {
  it("reads the sequence of an intact reply", () => {
    const { reader, accept, payload } = readerFor();
    expect(accept(payload(77))).toBe(true);
    expect(reader).toMatchObject({ sequence: 77, intact: true, publisher: 0 });
  });

  it("reads the publisher before the sequence", () => {
    const { reader, accept, payload } = readerFor({ publisher: 41 });
    accept(payload(9));
    expect(reader).toMatchObject({ sequence: 9, intact: true, publisher: 41 });
  });

  it.each([
    ["longer", (payload: string) => `${payload}x`, 5],
    ["shorter", (payload: string) => payload.slice(0, -1), 5],
    ["of other content", (payload: string) => `${payload.slice(0, -1)}#`, 5],
    ["without a number", (payload: string) => `?${payload.slice(1)}`, -1],
    ["numbered beyond the pool", (payload: string) => `zzz${payload.slice(3)}`, -1],
  ])("finds a reply broken that is %s", (_, change, sequence) => {
    const { reader, accept, payload } = readerFor();
    accept(payload(4));
    expect(accept(change(payload(5)))).toBe(true);
    expect(reader).toMatchObject({ sequence, intact: false });
  });

  it("takes nothing for a reply that has neither number nor length of one", () => {
    const { accept } = readerFor();
    expect(accept("welcome")).toBe(false);
    expect(accept("0")).toBe(false);
    expect(accept("")).toBe(false);
    const { accept: acceptWithin } = readerFor({ around: envelope("text", "m:") });
    expect(acceptWithin("m:")).toBe(true);
  });

  it("compares content only when it is asked to", () => {
    const { reader, accept, payload } = readerFor();
    accept(`${payload(5).slice(0, -1)}#`, false);
    expect(reader).toMatchObject({ sequence: 5, intact: true });
  });

  it("takes only messages of the format that begin as a reply does", () => {
    const around = envelope("text", '42["message","', '"]');
    const { reader, accept, payload } = readerFor({ around });
    expect(accept("2")).toBe(false);
    expect(accept('42["other"]')).toBe(false);
    expect(accept(`42["message","${payload(3)}"]`, true, true)).toBe(false);
    expect(accept(`42["message","${payload(3)}"]`)).toBe(true);
    expect(reader).toMatchObject({ sequence: 3, intact: true });
    expect(accept(`42["message","${payload(3)}"}`)).toBe(true);
    expect(reader).toMatchObject({ sequence: 3, intact: false });
  });

  it("leaves it to the adapter to find the payload", () => {
    const locate = (message: Buffer) => message.indexOf("|") + (message.includes("|") ? 1 : 0);
    const { reader, accept, payload } = readerFor({ locate });
    expect(accept(`12:03|${payload(8)}`)).toBe(true);
    expect(reader).toMatchObject({ sequence: 8, intact: true });
    expect(accept(`12:03|${payload(8).slice(0, -1)}`)).toBe(true);
    expect(reader).toMatchObject({ sequence: 8, intact: false });
    expect(accept("no payload")).toBe(false);
  });
});
