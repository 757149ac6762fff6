import type { SocketConstructor, SocketLike } from "@windlass/client";

/** A socket as every runtime makes it. */
type WatchedSocket = SocketLike & {
  readonly readyState: number;
  addEventListener(type: "message", listener: () => void): void;
};

/** Counts the sockets that one client has at one time. */
export class SocketWatch {
  readonly WebSocket: SocketConstructor;
  readonly #sockets: WatchedSocket[] = [];
  #maxAlive = 0;
  #messages = 0;

  constructor(Base: SocketConstructor) {
    const add = (socket: SocketLike): void => this.#add(socket as WatchedSocket);
    this.WebSocket = class extends Base {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        add(this);
      }
    };
  }

  /** Sockets that were made. */
  get made(): number {
    return this.#sockets.length;
  }

  /** Messages that came over all of them. */
  get messages(): number {
    return this.#messages;
  }

  /** Most sockets that were connecting or open at one time. */
  get maxAlive(): number {
    return this.#maxAlive;
  }

  /** Sockets that are connecting or open now. */
  get alive(): number {
    return this.#sockets.filter(({ readyState }) => readyState < 2).length;
  }

  #add(socket: WatchedSocket): void {
    this.#sockets.push(socket);
    socket.addEventListener("message", () => {
      this.#messages += 1;
    });
    this.#maxAlive = Math.max(this.#maxAlive, this.alive);
  }
}
