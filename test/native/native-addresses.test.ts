import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exchange } from "../support/exchange.ts";
import {
  exclusive,
  type NativeData,
  nativeApp,
  nativeListen,
  textOf,
  upgradeNative,
  uws,
} from "../support/native-app.ts";
import { proxyHeader } from "../support/proxy-header.ts";
import { handshakeRequest, RawClient } from "../support/raw-client.ts";
import { Inbox } from "../support/recorder.ts";
import { tempDir } from "../support/temp-dir.ts";

// Rules of the pinned engine about addresses and listening; see docs/internals/native-lifecycle.md.

const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** An app that answers with the address of its peer and the one a proxy told. */
function addressApp(): ReturnType<typeof nativeApp> {
  return nativeApp().any("/*", (res) => {
    const direct = textOf(res.getRemoteAddressAsText());
    res.end(`${direct} ${textOf(res.getProxiedRemoteAddressAsText())}`);
  });
}

function listenOn(host: string): number {
  const listening = nativeListen(addressApp(), { host });
  if (listening === undefined) throw new Error(`the engine does not listen on ${host}`);
  return listening.port;
}

async function addressesOf(client: RawClient, bytes: string | Buffer): Promise<string> {
  client.write(bytes);
  return (await client.response()).body;
}

describe("the address of the peer", () => {
  test("is written with dots for IPv4", async () => {
    const client = await RawClient.connect(listenOn("127.0.0.1"));
    expect(await addressesOf(client, request)).toBe("127.0.0.1 ");
  });

  test("is written in full for IPv6, also for IPv4 on a socket for both", async () => {
    const port = listenOn("::");
    const v6 = await RawClient.connect({ host: "::1", port });
    expect(await addressesOf(v6, request)).toBe("0000:0000:0000:0000:0000:0000:0000:0001 ");
    const v4 = await RawClient.connect({ host: "127.0.0.1", port });
    expect(await addressesOf(v4, request)).toBe("0000:0000:0000:0000:0000:ffff:7f00:0001 ");
  });

  test("is empty on a unix socket", async () => {
    const path = join(tempDir(), "a.sock");
    addressApp().listen_unix(() => {}, path);
    expect(await addressesOf(await RawClient.connect({ path }), request)).toBe(" ");
  });

  test("is gone when the socket closes", async () => {
    const seen = new Inbox<string>();
    const app = nativeApp().ws<NativeData>("/*", {
      upgrade: upgradeNative,
      close: (ws) => {
        try {
          seen.put(textOf(ws.getRemoteAddressAsText()));
        } catch (error) {
          seen.put(String(error));
        }
      },
    });
    const client = await RawClient.open(nativeListen(app)?.port ?? 0, "/");
    client.destroy();
    expect(await seen.take()).toContain("Invalid access of closed");
  });
});

describe("a header of the PROXY protocol", () => {
  const spoofed = proxyHeader({ ip: "203.0.113.9", port: 1 });

  test("is believed from anybody, without being asked for", async () => {
    const client = await RawClient.connect(listenOn("127.0.0.1"));
    const bytes = Buffer.concat([spoofed, Buffer.from(request)]);
    expect(await addressesOf(client, bytes)).toBe("127.0.0.1 203.0.113.9");
  });

  test("is written in full for IPv6", async () => {
    const client = await RawClient.connect(listenOn("127.0.0.1"));
    const header = proxyHeader({ ip: "2001:db8:0:0:0:0:0:1", port: 1 });
    const bytes = Buffer.concat([header, Buffer.from(request)]);
    expect(await addressesOf(client, bytes)).toBe(
      "127.0.0.1 2001:0db8:0000:0000:0000:0000:0000:0001",
    );
  });

  test("holds for the connection, until a later one replaces it", async () => {
    const client = await RawClient.connect(listenOn("127.0.0.1"));
    const first = proxyHeader({ ip: "192.0.2.1", port: 1 });
    const bytes = Buffer.concat([first, Buffer.from(request)]);
    expect(await addressesOf(client, bytes)).toBe("127.0.0.1 192.0.2.1");
    expect(await addressesOf(client, request)).toBe("127.0.0.1 192.0.2.1");
    const second = Buffer.concat([spoofed, Buffer.from(request)]);
    expect(await addressesOf(client, second)).toBe("127.0.0.1 203.0.113.9");
  });

  test("is an unfinished request when it is cut off, and the handler is not called", async () => {
    let calls = 0;
    const app = nativeApp().any("/*", (res) => {
      calls += 1;
      res.end();
    });
    const port = nativeListen(app)?.port ?? 0;
    const client = await RawClient.connect(port);
    client.socket.end(spoofed.subarray(0, 14));
    await client.ended();
    expect(calls).toBe(0);
    expect(
      (await exchange(port, request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")))
        .statusLine,
    ).toBe("HTTP/1.1 200 OK");
  });
});

describe("listen", () => {
  test("shares a port unless told to be exclusive", () => {
    const free = nativeListen(nativeApp());
    if (free !== undefined) uws.us_listen_socket_close(free.socket);
    const port = free?.port ?? 0;
    expect(nativeListen(nativeApp(), { port, options: 0 })).toBeDefined();
    expect(nativeListen(nativeApp(), { port, options: 0 })).toBeDefined();
    expect(nativeListen(nativeApp(), { port, options: exclusive })).toBeUndefined();
  });

  test("says no more than no", () => {
    expect(nativeListen(nativeApp(), { host: "203.0.113.9" })).toBeUndefined();
    expect(nativeListen(nativeApp(), { host: "nowhere.invalid" })).toBeUndefined();
  });

  test("takes ports modulo 65536", () => {
    const port = nativeListen(nativeApp())?.port ?? 0;
    // The port is taken, so that asking for it anew fails; were it another one, it would not.
    expect(nativeListen(nativeApp(), { port: port + 65_536 })).toBeUndefined();
  });

  test("on a unix socket makes it for the owner, over whatever is there, and leaves it", async () => {
    const path = join(tempDir(), "a.sock");
    writeFileSync(path, "precious");
    const app = addressApp();
    app.listen_unix(() => {}, path);
    expect(statSync(path).isSocket()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    // Somebody listens here now, and loses it to the next one.
    nativeApp()
      .any("/*", (res) => void res.end("mine now"))
      .listen_unix(() => {}, path);
    expect(await addressesOf(await RawClient.connect({ path }), request)).toBe("mine now");
    app.close();
    expect(existsSync(path)).toBe(true);
  });
});

describe("SSLApp", () => {
  test("does not say what is wrong with its files", () => {
    const options = { key_file_name: "/nowhere/key.pem", cert_file_name: "/nowhere/cert.pem" };
    expect(() => uws.SSLApp(options)).toThrow("App construction failed");
  });
});

describe("a unix socket", () => {
  test("serves handshakes", async () => {
    const path = join(tempDir(), "a.sock");
    nativeApp()
      .ws<NativeData>("/*", { upgrade: upgradeNative })
      .listen_unix(() => {}, path);
    const client = await RawClient.connect({ path });
    client.write(handshakeRequest("/"));
    expect((await client.response()).status).toBe(101);
  });
});
