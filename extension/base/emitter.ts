// Events and disposables without vscode, so that what stands on them is tested in plain Node. Same shape as vscode's.

/** Whoever gets one owns it and disposes of it once. */
export interface Disposable { dispose(): void }

export type Event<T> = (listener: (value: T) => void) => Disposable;

/** A source of events. A listener that throws does not keep the others from being called. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = error => { queueMicrotask(() => { throw error; }); }) { this.#onError = onError; }

  readonly event: Event<T> = listener => {
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return { dispose: () => { this.#listeners.delete(own); } };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try { listener(value); } catch (error) { this.#onError(error); }
    }
  }

  dispose(): void { this.#listeners.clear(); }
}

/** Disposables that end together, last first. */
export class Disposables implements Disposable {
  readonly #items: Disposable[] = [];
  #disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose(); else this.#items.push(item);
    return item;
  }

  dispose(): void {
    this.#disposed = true;
    for (const item of this.#items.splice(0).reverse()) item.dispose();
  }
}
