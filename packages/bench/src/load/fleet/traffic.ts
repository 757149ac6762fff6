import type { Client } from "../client.ts";

export interface TrafficBytes {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** The bytes that clients sent and received, since the last look and since a start. */
export class Traffic {
  readonly #clients: readonly Client[];
  #before: TrafficBytes = { bytesSent: 0, bytesReceived: 0 };
  #taken: TrafficBytes = this.#before;

  constructor(clients: readonly Client[]) {
    this.#clients = clients;
  }

  /** Counts from now on. */
  restart(): void {
    this.#before = this.#read();
    this.#taken = this.#before;
  }

  total(): TrafficBytes {
    return difference(this.#read(), this.#before);
  }

  /** Since the last `take` or `restart`. */
  take(): TrafficBytes {
    const now = this.#read();
    const since = difference(now, this.#taken);
    this.#taken = now;
    return since;
  }

  #read(): TrafficBytes {
    let bytesSent = 0;
    let bytesReceived = 0;
    for (const client of this.#clients) {
      bytesSent += client.bytesSent;
      bytesReceived += client.bytesReceived;
    }
    return { bytesSent, bytesReceived };
  }
}

function difference(now: TrafficBytes, before: TrafficBytes): TrafficBytes {
  return {
    bytesSent: now.bytesSent - before.bytesSent,
    bytesReceived: now.bytesReceived - before.bytesReceived,
  };
}
