/** What a browser tells about the network. Node and some workers tell nothing. */
export interface BrowserSignals {
  /** The network is back, or somebody looks at the page again. */
  woken(): void;
  /** The network is said to be gone. */
  doubted(): void;
}

/** @returns stops listening */
export function watchBrowser({ woken, doubted }: BrowserSignals): () => void {
  const page = globalThis.document as Document | undefined;
  const pairs: readonly (readonly [Partial<EventTarget> | undefined, string, () => void])[] = [
    [globalThis, "online", woken],
    [globalThis, "offline", doubted],
    [page, "visibilitychange", () => page?.visibilityState === "visible" && woken()],
  ];
  for (const [target, type, listener] of pairs) target?.addEventListener?.(type, listener);
  return () => {
    for (const [target, type, listener] of pairs) target?.removeEventListener?.(type, listener);
  };
}
