import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, EchoServer } from "@windlass/app";
import { describe, expect, it } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { JournalingComponent } from "../support/journaling-component.ts";
import { MemoryLogger } from "../support/memory-logger.ts";
import { RawClient } from "../support/raw-client.ts";
import { startApp } from "../support/start-app.ts";
import { tempDir } from "../support/temp-dir.ts";
import { TextClient } from "../support/text-client.ts";

describe("options.tls", () => {
  it("serves wss, and handshakes say so", async () => {
    const { cert, ...files } = await makeCertificate(tempDir());
    const component = new JournalingComponent();
    component.onMessage = (connection, message): void => void connection.send(message);
    const { url, log } = await startApp((app) => app.route("/", component, ["*"]), { tls: files });
    expect(log.lines[0]).toMatchObject({ url, message: "listening" });
    const client = await TextClient.open(url, { ca: cert });
    client.send("encrypted");
    expect(await client.text()).toBe("encrypted");
    const { handshake } = await component.opens.find();
    expect(handshake).toMatchObject({ scheme: "wss", ip: "127.0.0.1", host: "localhost" });
    client.socket.close(1000);
    expect((await component.closes.find()).event).toMatchObject({ code: 1000, cause: "peer" });
  });

  it("opens an encrypted key with its passphrase", async () => {
    const { cert, ...files } = await makeCertificate(tempDir(), { passphrase: "correct horse" });
    const tls = { ...files, passphrase: "correct horse" };
    const { url } = await startApp((app) => app.route("/", new EchoServer(), ["*"]), { tls });
    const client = await TextClient.open(url, { ca: cert });
    client.send("x");
    expect(await client.text()).toBe("x");
    client.socket.terminate();
  });

  it("survives clients that do not speak TLS", async () => {
    const { cert, ...files } = await makeCertificate(tempDir());
    const declare = (app: App): void => void app.route("/", new EchoServer(), ["*"]);
    const { url, port } = await startApp(declare, { tls: files });
    const plain = await RawClient.connect(port);
    plain.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await plain.ended();
    const client = await TextClient.open(url, { ca: cert });
    client.socket.terminate();
  });
});

describe("unfit TLS files make run() reject with ERR_TLS_INVALID and name the file", () => {
  /** Rejection of run() with the files of the test, some replaced. */
  async function failure(
    replace: (folder: string) => Promise<Readonly<Record<string, string>>>,
  ): Promise<{ readonly error: Error; readonly replaced: Readonly<Record<string, string>> }> {
    const folder = tempDir();
    const { certFile, keyFile } = await makeCertificate(folder);
    const replaced = await replace(folder);
    const tls = { certFile, keyFile, ...replaced };
    const app = new App("localhost", 0, "127.0.0.1", { tls, logger: new MemoryLogger() });
    const error = await app.run().then(
      () => new Error("it runs"),
      (thrown: unknown) => thrown,
    );
    await app.close();
    if (!(error instanceof Error)) throw new Error("not an Error");
    return { error, replaced };
  }

  function unfit(folder: string): string {
    const path = join(folder, "unfit.pem");
    writeFileSync(path, "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n");
    return path;
  }

  it.each(["certFile", "keyFile", "caFile"])("when %s is missing", async (option) => {
    const { error } = await failure(async (folder) => ({ [option]: join(folder, "missing.pem") }));
    expect(error).toMatchObject({ code: "ERR_TLS_INVALID" });
    expect(error.message).toMatch(/ENOENT.*missing\.pem/);
  });

  it.each(["certFile", "keyFile", "caFile"])("when %s is no PEM file", async (option) => {
    const { error } = await failure(async (folder) => ({ [option]: unfit(folder) }));
    expect(error).toMatchObject({ code: "ERR_TLS_INVALID" });
    expect(error.message).toContain("unfit.pem");
    // Of a caFile only the engine minds, and it does not say what.
    if (option !== "caFile") expect(error.message).toMatch(/PEM|unsupported/);
  });

  it("when the key belongs to another certificate", async () => {
    const { error, replaced } = await failure(async (folder) => {
      const { keyFile } = await makeCertificate(folder, { name: "other" });
      return { keyFile };
    });
    expect(error).toMatchObject({ code: "ERR_TLS_INVALID" });
    expect(error.message).toContain(replaced["keyFile"]);
    expect(error.message).toContain("key values mismatch");
  });

  it("when the passphrase is wrong, which it does not repeat", async () => {
    const { error } = await failure(async (folder) => {
      const files = await makeCertificate(folder, { name: "locked", passphrase: "correct horse" });
      return { certFile: files.certFile, keyFile: files.keyFile, passphrase: "wrong battery" };
    });
    expect(error).toMatchObject({ code: "ERR_TLS_INVALID" });
    expect(error.message).toContain("locked-key.pem");
    expect(error.message).toContain("bad decrypt");
    expect(JSON.stringify([error, error.message])).not.toContain("battery");
  });
});
