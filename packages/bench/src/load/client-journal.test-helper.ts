import type { Client, ClientObserver } from "./client.ts";

/** Writes down what a client reports and lets tests wait for it. */
export class Journal implements ClientObserver {
  readonly entries: string[] = [];
  readonly #waiting: { readonly wanted: string; readonly resolve: (entry: string) => void }[] = [];

  ready(): void {
    this.#add("ready");
  }

  reply(_: Client, sequence: number, intact: boolean, publisher: number): void {
    this.#add(`reply ${sequence} ${intact ? "intact" : "broken"} ${publisher}`);
  }

  readEnd(): void {
    // Reads come as the network likes; the tests look at messages.
  }

  unexpected(): void {
    this.#add("unexpected");
  }

  ended(_: Client, reason: string, wasReady: boolean): void {
    this.#add(`${wasReady ? "lost" : "failed"}: ${reason}`);
  }

  /** The first entry, past or to come, that begins so. */
  find(wanted: string): Promise<string> {
    const known = this.entries.find((entry) => entry.startsWith(wanted));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
  }

  #add(entry: string): void {
    this.entries.push(entry);
    for (const { wanted, resolve } of this.#waiting) if (entry.startsWith(wanted)) resolve(entry);
  }
}
