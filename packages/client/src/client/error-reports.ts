import { Listeners } from "./listeners.ts";

/** Where everything goes that went wrong and that no caller gets to see otherwise. */
export class ErrorReports extends Listeners<Error> {
  /** Takes anything. Without a listener the browser's console shows it. */
  readonly report = (thrown: unknown): void => {
    const error =
      thrown instanceof Error
        ? thrown
        : new Error("What was thrown is no Error: see its cause.", { cause: thrown });
    if (this.size > 0) this.emit(error, showError);
    else showError(error);
  };
}

/** Node has no reportError(), and an uncaught exception would end it. */
function showError(thrown: unknown): void {
  globalThis.reportError?.(thrown);
}
