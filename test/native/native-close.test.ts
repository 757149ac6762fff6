import { describe, expect, test } from "vitest";
import {
  type NativeData,
  openNative,
  startNative,
  textOf,
  upgradeNative,
  uws,
} from "../support/native-app.ts";
import { RawClient } from "../support/raw-client.ts";

// Rules of the pinned engine that packages/core/src/uws relies on. docs/internals/native-lifecycle.md
// says for each what we make of it. When a new version turns one red, look there first.

describe("close() of the app", () => {
  test("closes every socket before it returns, without a frame", async () => {
    const closed: [number, string][] = [];
    const { client, app } = await openNative({
      close: (_ws, code, message) => closed.push([code, textOf(message)]),
    });
    client.writeText("go");
    app.close();
    expect(closed).toEqual([[1006, ""]]);
    await client.ended();
    expect(client.unread).toHaveLength(0);
  });

  test("is preceded by us_listen_socket_close, which leaves open sockets alone", async () => {
    const { app, socket, port } = startNative((it) => {
      it.ws<NativeData>("/*", {
        upgrade: upgradeNative,
        message: (ws, message) => void ws.send(message),
      });
    });
    const client = await RawClient.open(port, "/");
    uws.us_listen_socket_close(socket);
    await expect(RawClient.connect(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    client.writeText("still here?");
    expect((await client.frame()).payload.toString()).toBe("still here?");
    app.close();
    app.close();
    await client.ended();
  });
});
