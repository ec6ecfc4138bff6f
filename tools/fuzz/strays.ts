// SPDX-License-Identifier: Apache-2.0

/** Errors that nobody has caught. On a host each of them would be its end. */
export class Strays implements Disposable {
  #first: { readonly cause: unknown } | undefined;
  readonly #take = (cause: unknown): void => {
    this.#first ??= { cause };
  };

  constructor() {
    process.on("unhandledRejection", this.#take).on("uncaughtException", this.#take);
  }

  /** The first since this was asked last. */
  async seen(): Promise<{ readonly cause: unknown } | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    const first = this.#first;
    this.#first = undefined;
    return first;
  }

  [Symbol.dispose](): void {
    process.off("unhandledRejection", this.#take).off("uncaughtException", this.#take);
  }
}
