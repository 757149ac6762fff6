import type { CloseEvent, Connection } from "@windlass/app";
import { describe, expect, test } from "vitest";
import { exchange } from "../support/exchange.ts";
import { closePayload, Opcode } from "../support/frames.ts";
import { handshakeRequest, RawClient } from "../support/raw-client.ts";
import { Recorder } from "../support/recorder.ts";
import { startApp } from "../support/start-app.ts";

// What the server does to a connection: close(), terminate(), and the heartbeat.

type Act = (connection: Connection) => void;

interface Acted {
  readonly client: RawClient;
  readonly recorder: Recorder;
}

/** A client that the server does something to, once it is open. */
async function actOnOpen(act: Act): Promise<Acted> {
  const recorder = new Recorder({ onOpen: act });
  const { port } = await startApp((app) => app.route("/act", recorder, ["*"]));
  return { client: await RawClient.open(port, "/act"), recorder };
}

const serverClosed = (code: number, reason = ""): CloseEvent => ({
  code,
  reason,
  wasClean: true,
  cause: "server",
});

describe("close() of the server", () => {
  const closings: readonly { name: string; act: Act; code: number; reason?: string }[] = [
    { name: "1000 without arguments", act: (it) => it.close(), code: 1000 },
    { name: "a code", act: (it) => it.close(4001), code: 4001 },
    { name: "a code and a reason", act: (it) => it.close(3999, "bÿe"), code: 3999, reason: "bÿe" },
    {
      name: "a disconnect",
      act: (it) => it.close({ code: 1012, reason: "restart" }),
      code: 1012,
      reason: "restart",
    },
    {
      name: "the first of two",
      act: (it) => {
        it.close(4001, "first");
        it.close(4002, "second");
      },
      code: 4001,
      reason: "first",
    },
    {
      name: "a reason cut to 123 bytes between two characters",
      act: (it) => it.close(4001, "ä".repeat(100)),
      code: 4001,
      reason: "ä".repeat(61),
    },
  ];

  test.each(closings)("sends $name and ends TCP", async ({ act, code, reason = "" }) => {
    const { client, recorder } = await actOnOpen(act);
    const frame = await client.frame();
    expect(frame.opcode).toBe(Opcode.Close);
    expect(frame.payload).toEqual(closePayload(code, reason));
    // At once: a connection that is closed while it opens would otherwise stay for the heartbeat.
    await client.ended();
    expect(await recorder.closed.take()).toEqual(serverClosed(code, reason));
    expect(recorder.closed.rest).toEqual([]);
  });

  test("is not bothered by the close frame that the client answers", async () => {
    const { client, recorder } = await actOnOpen((it) => it.close(4001));
    client.writeFrame(Opcode.Close, closePayload(4001));
    await client.ended();
    expect(await recorder.closed.take()).toEqual(serverClosed(4001));
    expect(recorder.closed.rest).toEqual([]);
  });

  test("sends what was sent before, and nothing that is sent after", async () => {
    const statuses: string[] = [];
    const { client } = await actOnOpen((it) => {
      statuses.push(it.send("last words"));
      it.close(4001);
      statuses.push(it.send("too late"), it.state);
    });
    expect(await client.text()).toBe("last words");
    expect(await client.closeFrame()).toEqual({ code: 4001, reason: "" });
    await client.ended();
    expect(client.unread).toHaveLength(0);
    expect(statuses).toEqual(["sent", "closed", "closed"]);
  });

  test("refuses a code that no endpoint may send, and leaves the connection open", async () => {
    const errors: unknown[] = [];
    const { client } = await actOnOpen((it) => {
      for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_536 + 4000]) {
        try {
          it.close(code);
        } catch (error) {
          errors.push(error);
        }
      }
    });
    client.writeText("still open?");
    expect(await client.text()).toBe("still open?");
    expect(errors).toHaveLength(9);
    for (const error of errors) expect(error).toMatchObject({ code: "ERR_CLOSE_CODE_INVALID" });
  });
});

describe("close() inside a callback", () => {
  test("calls onClose once, after onMessage has returned, and delivers no more", async () => {
    const order: string[] = [];
    const closed = new Recorder();
    const component = {
      onMessage(connection: Connection): void {
        order.push("onMessage begins");
        connection.close(4001, "enough");
        order.push(`onMessage ends ${connection.state}`);
      },
      onClose(connection: Connection, event: CloseEvent): void {
        order.push("onClose");
        closed.onClose(connection, event);
      },
    };
    const { port } = await startApp((app) => app.route("/act", component, ["*"]));
    const client = await RawClient.open(port, "/act");
    client.writeText("one");
    client.writeText("two");
    expect(await client.closeFrame()).toEqual({ code: 4001, reason: "enough" });
    await client.ended();
    expect(await closed.closed.take()).toEqual(serverClosed(4001, "enough"));
    expect(order).toEqual(["onMessage begins", "onMessage ends closed", "onClose"]);
  });

  test("inside onOpen after an asynchronous guard ends TCP at once", async () => {
    const recorder = new Recorder({ onOpen: (it) => it.close(4001) });
    const authenticate = async (): Promise<{ userId: string }> => {
      // A promise that settles before the engine's callback is over would not count as late.
      await new Promise((resolve) => setImmediate(resolve));
      return { userId: "anna" };
    };
    const { port } = await startApp((app) => {
      app.route("/act", recorder, ["*"], { authenticate });
    });
    const client = await RawClient.open(port, "/act");
    expect(await client.closeFrame()).toEqual({ code: 4001, reason: "" });
    const before = performance.now();
    await client.ended();
    // The engine would keep it until its idle timer (4 to 16 s) if it were closed while corked.
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(await recorder.closed.take()).toEqual(serverClosed(4001));
  });
});

const terminated: CloseEvent = { code: 1006, reason: "", wasClean: false, cause: "server" };

describe("terminate()", () => {
  const terminate: Act = (connection) => {
    connection.terminate();
    connection.terminate();
  };

  test("ends TCP without a close frame and is reported with 1006", async () => {
    const recorder = new Recorder({ onMessage: terminate });
    const { port } = await startApp((app) => app.route("/act", recorder, ["*"]));
    const client = await RawClient.open(port, "/act");
    client.writeText("cut me");
    await client.ended();
    expect(client.unread).toHaveLength(0);
    expect(await recorder.closed.take()).toEqual(terminated);
    expect(recorder.closed.rest).toEqual([]);
  });

  test("inside onOpen cuts before the answer to the handshake has left", async () => {
    const recorder = new Recorder({ onOpen: terminate });
    const { port } = await startApp((app) => app.route("/act", recorder, ["*"]));
    expect(await exchange(port, handshakeRequest("/act"))).toMatchObject({ statusLine: "" });
    expect(await recorder.closed.take()).toEqual(terminated);
    expect(recorder.closed.rest).toEqual([]);
  });
});
