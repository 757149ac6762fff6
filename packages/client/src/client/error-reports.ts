import { Listeners } from "./listeners.ts";

/** Where everything goes that went wrong and that no caller gets to see otherwise. */
export class ErrorReports {
  readonly #listeners = new Listeners<Error>();

  add(listener: (error: Error) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Takes anything. Without a listener the browser's console shows it. */
  readonly report = (thrown: unknown): void => {
    const error =
      thrown instanceof Error
        ? thrown
        : new Error("Something was thrown that is no Error: see its cause.", { cause: thrown });
    if (this.#listeners.size > 0) this.#listeners.emit(error, showError);
    else showError(error);
  };
}

/** Node has no reportError(), and an uncaught exception would end it. */
function showError(thrown: unknown): void {
  globalThis.reportError?.(thrown);
}
