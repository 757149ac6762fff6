import { WindlassError } from "@windlass/core";

/** Whether something can be used yet, or still. */
export class Life {
  readonly #name: string;
  #state: "not open" | "open" | "closed" = "not open";

  constructor(name: string) {
    this.#name = name;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  begin(): void {
    this.#state = "open";
  }

  /** Answers whether it had been open. */
  end(): boolean {
    const wasOpen = this.isOpen;
    this.#state = "closed";
    return wasOpen;
  }

  assertUnused(): void {
    if (this.#state === "not open") return;
    throw this.#error("open()", "make a new one instead of opening it twice");
  }

  /** @throws WindlassError `ERR_APP_STATE` */
  assertOpen(call: string): void {
    if (this.isOpen) return;
    throw this.#error(call, "use it after open() and before close()");
  }

  #error(call: string, advice: string): WindlassError {
    const state = this.#state;
    return new WindlassError("ERR_APP_STATE", { call: `${this.#name}.${call}`, state, advice });
  }
}
