import { App, type Component, type Connection, closeOnSignals, type Message } from "@windlass/app";

/**
 * A server as a program of its own, with its default logger. Texts are commands: `close` closes the
 * app, `fail` throws, `stick` makes onClose never settle; the rest is echoed. With CLOSE_ON_SIGNALS
 * it does what its name says.
 */
class Commands implements Component {
  #isStuck = false;

  onMessage(connection: Connection, message: Message): void {
    const command = message.text();
    if (command.startsWith("fail")) throw new Error("told to fail");
    if (command === "close") void app.close({ graceMs: 500 });
    else if (command === "stick") this.#isStuck = true;
    connection.send(message);
  }

  onClose(): Promise<void> | void {
    if (this.#isStuck) return new Promise(() => {});
  }
}

const app = new App("localhost", 0, "127.0.0.1");
app.route("/", new Commands(), ["*"], { callbackTimeoutMs: 0 });
if (process.env["CLOSE_ON_SIGNALS"]) closeOnSignals(app, { graceMs: 60_000 });
await app.run();
