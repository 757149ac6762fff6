interface Waiter<Item> {
  readonly fits: (item: Item) => boolean;
  readonly resolve: (item: Item) => void;
  readonly reject: (error: Error) => void;
}

/** Collects what happens and lets a test wait for it, so that no test sleeps. */
export class Inbox<Item> {
  readonly #all: Item[] = [];
  #unread: Item[] = [];
  #waiters: Waiter<Item>[] = [];
  #end: Error | undefined;

  /** Everything so far, read or not. */
  get all(): readonly Item[] {
    return this.#all;
  }

  push(item: Item): void {
    this.#all.push(item);
    const waiter = this.#waiters.find(({ fits }) => fits(item));
    if (waiter === undefined) {
      this.#unread.push(item);
      return;
    }
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    waiter.resolve(item);
  }

  /** The oldest fitting item that no call has returned yet, now or when it comes. */
  next(fits: (item: Item) => boolean = () => true): Promise<Item> {
    const item = this.#unread.find(fits);
    if (item !== undefined) {
      this.#unread = this.#unread.filter((other) => other !== item);
      return Promise.resolve(item);
    }
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => this.#waiters.push({ fits, resolve, reject }));
  }

  /** Nothing will come any more: who waits, now or later, is told so. */
  end(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}
