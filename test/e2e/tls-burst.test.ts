import { connect } from "node:tls";
import { EchoServer } from "@windlass/app";
import { expect, test } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { encodeFrame, Opcode } from "../support/frames.ts";
import { handshakeRequest } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";
import { tempDir } from "../support/temp-dir.ts";

// The pinned engine breaks a TLS connection that is written to while it reads a burst of more than 512 KiB:
// without our deferral this test ends with a TLS alert after some forty messages.
test("answers every message of a burst of two megabytes over TLS", async () => {
  const { certFile, keyFile } = await makeCertificate(tempDir());
  const { port } = await startApp((app) => app.route("/", new EchoServer(), ["*"]), {
    tls: { certFile, keyFile },
  });
  const count = 128;
  const frame = encodeFrame(Opcode.Binary, Buffer.alloc(16_000, 1));
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  const expected = count * (16_000 + 4);
  const received = await new Promise<number>((resolve, reject) => {
    let bytes = 0;
    let isOpen = false;
    socket.on("secureConnect", () => socket.write(handshakeRequest("/")));
    socket.on("data", (chunk) => {
      if (isOpen) bytes += chunk.length;
      else {
        isOpen = true;
        socket.write(Buffer.concat(Array.from({ length: count }, () => frame)));
      }
      if (bytes >= expected) resolve(bytes);
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`closed after ${bytes} of ${expected} bytes`)));
  });
  expect(received).toBe(expected);
  socket.destroy();
});
