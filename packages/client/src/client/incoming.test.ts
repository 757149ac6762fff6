import type { FrameCodec } from "@windlass/protocol";
import { jsonCodec } from "@windlass/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ClientStage, rejection } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";
import { ErrorReports } from "./error-reports.ts";

const said = (data: unknown): object => ({ type: "event", name: "said", data });

describe("on", () => {
  it("hands over what the schema makes of the data", () => {
    const stage = ClientStage.opened();
    const heard: unknown[] = [];
    stage.client.on("said", (data) => void heard.push(data));
    stage.socket.receiveFrame(said({ text: "hi", more: 1 }));
    expect(heard).toEqual([{ text: "hi", shout: false }]);
  });

  it("hears events before the welcome, too", () => {
    const stage = new ClientStage();
    const heard: unknown[] = [];
    stage.client.on("left", (name) => void heard.push(name));
    stage.socket.open();
    stage.socket.receiveFrame({ type: "event", name: "left", data: "anna" });
    expect(heard).toEqual(["anna"]);
  });

  it("hands over what came when nothing is validated", async () => {
    const stage = ClientStage.opened({ validateIncoming: false });
    const heard: unknown[] = [];
    stage.client.on("said", (data) => void heard.push(data));
    stage.socket.receiveFrame(said(7));
    expect(heard).toEqual([7]);
    const asked = stage.client.request("when", null);
    stage.socket.receiveFrame({ type: "response", id: 1, data: "never" });
    expect(await asked).toBe("never");
    expect(stage.codes).toEqual([]);
  });

  it("reports data that does not fit, and rejects a request with it", async () => {
    const stage = ClientStage.opened();
    const heard: unknown[] = [];
    stage.client.on("said", (data) => void heard.push(data));
    stage.socket.receiveFrame(said({ text: 7 }));
    expect(heard).toEqual([]);
    expect(stage.errors).toMatchObject([
      { code: "ERR_DATA_INVALID", details: [{ path: ["text"], seen: "number" }] },
    ]);
    const asked = rejection(stage.client.request("history", { limit: 1 }));
    stage.socket.receiveFrame({ type: "response", id: 1, data: [7] });
    expect(await asked).toBe("ERR_DATA_INVALID");
  });

  it("calls every listener, whatever the others do", async () => {
    const stage = ClientStage.opened();
    const heard: string[] = [];
    stage.client.on("left", () => {
      throw new RangeError("first");
    });
    const failLater = (): unknown => Promise.reject(new TypeError("second"));
    stage.client.on("left", failLater);
    stage.client.on("left", () => void heard.push("third"));
    stage.socket.receiveFrame({ type: "event", name: "left", data: "anna" });
    await settled();
    expect(heard).toEqual(["third"]);
    expect(stage.codes).toEqual(["RangeError", "TypeError"]);
  });

  it("calls a listener as often as it was added, until it is removed", () => {
    const stage = ClientStage.opened();
    let calls = 0;
    const listener = (): void => {
      calls += 1;
    };
    const removers = [stage.client.on("left", listener), stage.client.on("left", listener)];
    const leave = (): void => {
      stage.socket.receiveFrame({ type: "event", name: "left", data: "anna" });
    };
    leave();
    expect(calls).toBe(2);
    removers[0]?.();
    leave();
    expect(calls).toBe(3);
    removers[1]?.();
    leave();
    expect(calls).toBe(3);
  });

  it("does not call who was removed by one before, nor who was added", () => {
    const stage = ClientStage.opened();
    const heard: string[] = [];
    stage.client.on("left", () => {
      removeSecond();
      stage.client.on("left", () => void heard.push("third"));
    });
    const removeSecond = stage.client.on("left", () => void heard.push("second"));
    stage.socket.receiveFrame({ type: "event", name: "left", data: "anna" });
    expect(heard).toEqual([]);
  });

  it("refuses names that are no event of the server", () => {
    const { client } = ClientStage.opened();
    for (const name of ["confirm", "say", "toString"]) {
      expect(() => client.on(name as "left", () => {})).toThrow(
        expect.objectContaining({ code: "ERR_NAME_UNKNOWN" }),
      );
    }
  });

  it("ignores events without a listener, also those of a later version", () => {
    const stage = ClientStage.opened();
    stage.socket.receiveFrame(said(7));
    stage.socket.receiveFrame({ type: "event", name: "from-the-future" });
    stage.socket.receiveFrame({ type: "novelty" });
    expect(stage.codes).toEqual([]);
  });
});

describe("what is no frame", () => {
  it.each([
    "no JSON",
    "7",
    "null",
    "[]",
    "{}",
    '{"type":"ack"}',
    '{"type":"ack","id":1,"__proto__":{}}',
    new ArrayBuffer(3),
  ])("is reported and does no harm: %s", async (data) => {
    const stage = ClientStage.opened();
    stage.socket.receive(data);
    expect(stage.codes).toEqual(["ERR_FRAME_INVALID"]);
    const sent = stage.client.send("wave", "hi");
    stage.socket.receiveFrame({ type: "ack", id: 1 });
    await sent;
  });

  it("is reported when the server says so, without an id", () => {
    const stage = ClientStage.opened();
    stage.socket.receiveFrame({ type: "error", code: "ERR_FRAME_INVALID", message: "Bad." });
    expect(stage.errors).toMatchObject([{ code: "ERR_FRAME_INVALID", message: "Bad." }]);
  });
});

describe("another codec", () => {
  it("is offered, and reads and writes every frame", async () => {
    const decoder = new TextDecoder();
    const codec: FrameCodec = {
      subprotocol: "test.binary",
      isBinary: true,
      encode: (frame) => new TextEncoder().encode(JSON.stringify(frame)),
      decode: (payload) => jsonCodec.decode(decoder.decode(payload as Uint8Array)),
    };
    const stage = new ClientStage({ codec });
    expect(stage.socket.protocols).toEqual(["test.binary"]);
    stage.socket.open();
    const welcome = { type: "welcome", connection: "c", resumed: false } as const;
    stage.socket.receive((codec.encode(welcome) as Uint8Array<ArrayBuffer>).buffer);
    const sent = stage.client.send("wave", "hi");
    expect(stage.socket.sent[1]).toBeInstanceOf(Uint8Array);
    const ack = codec.encode({ type: "ack", id: 1 }) as Uint8Array<ArrayBuffer>;
    stage.socket.receive(ack.buffer);
    await sent;
  });
});

describe("onError", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("takes what is no error, too, and stops when it is told", () => {
    const stage = ClientStage.opened();
    const errors: Error[] = [];
    const stop = stage.client.onError((error) => void errors.push(error));
    stage.client.on("left", () => {
      throw "a text";
    });
    const leave = { type: "event", name: "left", data: "anna" };
    stage.socket.receiveFrame(leave);
    expect(errors).toMatchObject([{ cause: "a text" }]);
    stop();
    stage.socket.receiveFrame(leave);
    expect(errors).toHaveLength(1);
  });

  it("leaves what nobody listens to to the browser", () => {
    const shown: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => void shown.push(error));
    const thrown = new Error("nobody hears this");
    const reports = new ErrorReports();
    reports.report(thrown);
    expect(shown).toEqual([thrown]);
    vi.stubGlobal("reportError", undefined);
    reports.report(thrown);
    expect(shown).toHaveLength(1);
  });

  it("leaves what its listeners throw to the browser", () => {
    const shown: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => void shown.push(error));
    const stage = ClientStage.opened();
    const thrown = new Error("from a listener of errors");
    stage.client.onError(() => {
      throw thrown;
    });
    stage.socket.receive("no JSON");
    expect(shown).toEqual([thrown]);
    expect(stage.codes).toEqual(["ERR_FRAME_INVALID"]);
  });
});
