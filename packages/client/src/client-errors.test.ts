import { ProtocolError, wireErrors } from "@windlass/protocol";
import { describe, expect, it } from "vitest";
import { clientError, clientErrors } from "./client-errors.ts";

describe("clientError", () => {
  it("fills its sentence and keeps values and cause", () => {
    const cause = new Error("why");
    const error = clientError("ERR_REQUEST_TIMEOUT", { name: "history", timeoutMs: 5 }, cause);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error.message).toContain('"history" was not answered within 5 ms.');
    expect(error).toMatchObject({
      code: "ERR_REQUEST_TIMEOUT",
      details: { name: "history", timeoutMs: 5 },
      cause,
    });
  });

  it("takes other details than the values", () => {
    const error = clientError("ERR_DATA_INVALID", { name: "say" }, undefined, [1]);
    expect(error.details).toEqual([1]);
  });
});

describe("clientErrors", () => {
  it("ends each sentence, and says the same kind of thing as the wire's errors of that code", () => {
    for (const [code, sentence] of Object.entries(clientErrors)) {
      expect(code).toMatch(/^ERR_[A-Z_]+$/);
      expect(sentence).toMatch(/\.$/);
    }
    const shared = Object.keys(clientErrors).filter((code) => code in wireErrors);
    expect(shared.sort()).toEqual([
      "ERR_CANCELLED",
      "ERR_DATA_INVALID",
      "ERR_FRAME_INVALID",
      "ERR_HANDLER_FAILED",
      "ERR_NAME_UNKNOWN",
    ]);
  });
});
