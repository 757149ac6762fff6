import { ProtocolError } from "@windlass/protocol";
import { describe, expect, it } from "vitest";
import { type Chat, ClientStage } from "../client-stage.test-helper.ts";
import { settled } from "../fake-network.test-helper.ts";
import type { RequestHandlers } from "../index.ts";

const question = { type: "request", id: 7, name: "confirm", data: { question: "sure?" } };

function stageWith(confirm: RequestHandlers<Chat>["confirm"], options: object = {}): ClientStage {
  return ClientStage.opened({ ...options, handlers: { confirm, date: () => new Date(0) } });
}

/** The frames after the greeting, when every handler has settled. */
async function replies(stage: ClientStage): Promise<readonly unknown[]> {
  await settled();
  return stage.socket.frames.slice(1);
}

describe("a request of the server", () => {
  it("is answered with what its handler returns, sync or async", async () => {
    for (const answer of [true, Promise.resolve(true)]) {
      const stage = stageWith(({ question }) => question === "sure?" && answer);
      stage.socket.receiveFrame(question);
      expect(await replies(stage)).toEqual([{ type: "response", id: 7, data: true }]);
    }
  });

  it("is answered in the form that goes over the wire", async () => {
    const stage = ClientStage.opened();
    stage.socket.receiveFrame({ type: "request", id: 1, name: "date", data: null });
    expect(await replies(stage)).toEqual([
      { type: "response", id: 1, data: "1970-01-01T00:00:00.000Z" },
    ]);
  });

  it("calls methods of the object that was given", async () => {
    class Handlers {
      #answer = true;
      confirm(): boolean {
        return this.#answer;
      }
      date(): Date {
        return new Date(0);
      }
    }
    const stage = ClientStage.opened({ handlers: new Handlers() });
    stage.socket.receiveFrame(question);
    expect(await replies(stage)).toEqual([{ type: "response", id: 7, data: true }]);
  });

  it("is answered before the welcome, too", async () => {
    const stage = new ClientStage();
    stage.socket.open();
    stage.socket.receiveFrame(question);
    expect(await replies(stage)).toEqual([{ type: "response", id: 7, data: true }]);
  });

  it.each(["other", "said", "toString"])("is refused when its name is %s", async (name) => {
    const stage = ClientStage.opened();
    stage.socket.receiveFrame({ ...question, name });
    expect(await replies(stage)).toMatchObject([
      { type: "error", id: 7, code: "ERR_NAME_UNKNOWN", details: { kind: "request", name } },
    ]);
    expect(stage.codes).toEqual(["ERR_NAME_UNKNOWN"]);
  });

  it("is refused when its data does not fit, without the values", async () => {
    const stage = ClientStage.opened();
    stage.socket.receiveFrame({ ...question, data: { question: 12_345 } });
    const frames = await replies(stage);
    expect(frames).toMatchObject([
      {
        type: "error",
        id: 7,
        code: "ERR_DATA_INVALID",
        details: [{ path: ["question"], rule: "invalid_type", seen: "number" }],
      },
    ]);
    expect(JSON.stringify(frames)).not.toContain("12345");
    expect(stage.codes).toEqual(["ERR_DATA_INVALID"]);
  });

  it("is answered with the error that its handler throws for the other side", async () => {
    const stage = stageWith(() => {
      throw new ProtocolError("not-now", "Busy.", { until: 5 });
    });
    stage.socket.receiveFrame(question);
    expect(await replies(stage)).toEqual([
      { type: "error", id: 7, code: "not-now", message: "Busy.", details: { until: 5 } },
    ]);
    expect(stage.codes).toEqual([]);
  });

  it.each([
    { what: "throws", confirm: () => Promise.reject(new RangeError("secret")) },
    { what: "returns what JSON does not have", confirm: () => 1n as unknown as boolean },
  ])("tells nothing but that it failed when its handler $what", async ({ confirm }) => {
    const stage = stageWith(confirm);
    stage.socket.receiveFrame(question);
    const frames = await replies(stage);
    expect(frames).toMatchObject([{ type: "error", id: 7, code: "ERR_HANDLER_FAILED" }]);
    expect(JSON.stringify(frames)).not.toContain("secret");
    expect(stage.errors).toHaveLength(1);
  });

  it("fails when its result does not fit an encoded schema", async () => {
    const stage = ClientStage.opened({
      handlers: { confirm: () => true, date: () => "today" as unknown as Date },
    });
    stage.socket.receiveFrame({ type: "request", id: 1, name: "date", data: null });
    expect(await replies(stage)).toMatchObject([{ type: "error", code: "ERR_HANDLER_FAILED" }]);
    expect(stage.errors).toHaveLength(1);
  });

  it.each([
    {
      what: "the server cancels it",
      end: (stage: ClientStage) => stage.socket.receiveFrame({ type: "cancel", id: 7 }),
    },
    { what: "the connection is lost", end: (stage: ClientStage) => stage.socket.end() },
    { what: "the client is closed", end: (stage: ClientStage) => stage.client.close() },
  ])("is aborted and not answered when $what", async ({ end }) => {
    let aborted: AbortSignal | undefined;
    const stage = stageWith(
      (_data, { signal }) =>
        new Promise((_resolve, reject) => {
          aborted = signal;
          signal.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    stage.socket.receiveFrame(question);
    expect(aborted?.aborted).toBe(false);
    end(stage);
    expect(aborted?.aborted).toBe(true);
    expect(await replies(stage)).toEqual([]);
    expect(stage.codes).toEqual([]);
  });

  it("is not answered on a connection that did not ask", async () => {
    let finish = (_answer: boolean): void => {};
    const stage = stageWith(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    stage.socket.receiveFrame(question);
    await stage.reconnect();
    finish(true);
    expect(await replies(stage)).toEqual([]);
  });

  it("does not mind being cancelled when it is answered, or was never there", async () => {
    const stage = ClientStage.opened();
    stage.socket.receiveFrame(question);
    await replies(stage);
    for (const id of [7, 8]) stage.socket.receiveFrame({ type: "cancel", id });
    expect(await replies(stage)).toHaveLength(1);
    expect(stage.codes).toEqual([]);
  });

  it("hands over its data as it came when nothing is validated", async () => {
    const seen: unknown[] = [];
    const stage = stageWith((data) => seen.push(data) > 0, { validateIncoming: false });
    stage.socket.receiveFrame({ ...question, data: 7 });
    expect(await replies(stage)).toEqual([{ type: "response", id: 7, data: true }]);
    expect(seen).toEqual([7]);
  });
});
