import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ClientStage } from "./client-stage.ts";

/**
 * Lets a case steer its stage from any runtime: `POST /command` with the argument as JSON is answered
 * with the result as JSON, for pages of every origin.
 */
export class ClientControl {
  readonly #server: Server;

  private constructor(stage: ClientStage) {
    this.#server = createServer((request, response) => void answer(stage, request, response));
  }

  static async start(stage: ClientStage): Promise<ClientControl> {
    const control = new ClientControl(stage);
    control.#server.listen(0, "127.0.0.1");
    await once(control.#server, "listening");
    return control;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(
  stage: ClientStage,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader("Access-Control-Allow-Origin", "*");
  try {
    const name = new URL(request.url ?? "/", "http://stage").pathname.slice(1);
    const argument: unknown = JSON.parse(await text(request));
    const command: unknown = Reflect.get(stage, name);
    if (typeof command !== "function") throw new Error(`there is no command "${name}"`);
    const result: unknown = await command.call(stage, argument);
    response.end(JSON.stringify(result));
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
}
