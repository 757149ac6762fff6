/**
 * Events of encrypted sockets, handed on after the engine has finished reading.
 *
 * The pinned engine shares one buffer between reading and writing TLS: a write inside a read event
 * loses what was read but not yet decrypted, and the connection breaks once a client sends more than
 * about 512 KiB in one go. Outside of read events all is well, so nothing is sent inside them.
 */
export class DeferredEvents {
  readonly #events: (() => void)[] = [];

  /** Runs `event` after the read events of this turn of the loop, in order. Must not throw. */
  defer(event: () => void): void {
    this.#events.push(event);
    if (this.#events.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    for (const event of this.#events.splice(0)) event();
  }
}
