import { describe, expect, it } from "vitest";
import { AnswerParser } from "./answer-parser.ts";

const done = "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\n{}";
const refused = "HTTP/1.1 409 Conflict\r\ncontent-length:4\r\n\r\nused";

describe("AnswerParser", () => {
  it("reads one answer after the other", () => {
    const parser = new AnswerParser();
    expect(parser.read(Buffer.from(done))).toEqual([{ status: 200, body: "{}" }]);
    expect(parser.read(Buffer.from(refused))).toEqual([{ status: 409, body: "used" }]);
  });

  it("reads several that come at once, and one that comes byte by byte", () => {
    const parser = new AnswerParser();
    expect(parser.read(Buffer.from(done + refused)).map(({ status }) => status)).toEqual([
      200, 409,
    ]);
    const answers = [...Buffer.from(done)].flatMap((byte) => parser.read(Buffer.of(byte)));
    expect(answers).toEqual([{ status: 200, body: "{}" }]);
  });

  it("takes nothing without a status line of HTTP 1.1 or without a length", () => {
    for (const head of ["HTTP/1.1 200 OK\r\nX: y", "HTTP/2 200 \r\nContent-Length: 0", "hello"]) {
      expect(() => new AnswerParser().read(Buffer.from(`${head}\r\n\r\n`))).toThrow(
        `an answer without status or Content-Length: ${head}`,
      );
    }
  });

  it("does not collect without end", () => {
    const parser = new AnswerParser();
    const half = Buffer.alloc(40_000, "x");
    parser.read(half);
    expect(() => parser.read(half)).toThrow("more than 65536 bytes");
  });
});
