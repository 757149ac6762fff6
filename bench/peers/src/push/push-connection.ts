import { connect, type Socket } from "node:net";
import { type Answer, AnswerParser } from "./answer-parser.ts";

/** Who is told what comes of requests. */
export interface PushObserver {
  answered(connection: PushConnection, answer: Answer): void;
  /** The connection is gone, and nothing more comes from it. Not told of one that was closed here. */
  lost(connection: PushConnection, reason: string): void;
}

/** How long the server may take to accept a connection. */
const connectTimeoutMs = 10_000;

/**
 * A keep-alive connection that carries one request at a time, as callers of an API do. Written by hand
 * because the client of node:http takes several times as long for a request, and shares its processor
 * with the sockets that are watched.
 */
export class PushConnection {
  /** When the request that is under way was due; `undefined` when there is none. */
  dueMs: number | undefined;
  readonly #socket: Socket;
  readonly #observer: PushObserver;
  readonly #answers = new AnswerParser();

  /** Rejects with the system's error when it cannot connect within 10 s. */
  static async open(port: number, observer: PushObserver): Promise<PushConnection> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await new Promise<void>((resolve, reject) => {
      const patience = AbortSignal.timeout(connectTimeoutMs);
      const giveUp = (): void => void socket.destroy(new Error("connecting took too long"));
      patience.addEventListener("abort", giveUp, { once: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        patience.removeEventListener("abort", giveUp);
        socket.removeListener("error", reject);
        resolve();
      });
    });
    return new PushConnection(socket, observer);
  }

  private constructor(socket: Socket, observer: PushObserver) {
    this.#socket = socket;
    this.#observer = observer;
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", (error) => this.#lose(error.message));
    socket.on("end", () => this.#lose("the server closed it"));
  }

  send(request: string, dueMs: number): void {
    this.dueMs = dueMs;
    this.#socket.write(request, "latin1");
  }

  close(): void {
    this.#socket.removeAllListeners();
    // What happens to it from here on is of no interest, but must not end the process.
    this.#socket.on("error", () => {});
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      for (const answer of this.#answers.read(chunk)) this.#observer.answered(this, answer);
    } catch (error) {
      this.#lose(error instanceof Error ? error.message : String(error));
    }
  }

  #lose(reason: string): void {
    this.close();
    this.#observer.lost(this, reason);
  }
}
