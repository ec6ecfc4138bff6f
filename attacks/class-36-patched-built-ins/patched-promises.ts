// SPDX-License-Identifier: Apache-2.0
import type { Attack } from "../harness/attack.ts";
import { spoiling } from "../harness/spoiled.ts";

export const hostile: Attack = spoiling(
  "Patched promises, their species and thenables do not decide",
  async ({ patch }, cell) => {
    // Once whoever started the program has made its own promises.
    await cell.sleep(1);
    const { then } = Promise.prototype;
    patch(Promise.prototype, "then", function (this: Promise<unknown>, ...rest: never[]): unknown {
      return Reflect.apply(then, this, rest);
    });
    patch(Promise.prototype, "catch", function (this: unknown) {
      return this;
    });
    patch(Promise.prototype, "finally", function (this: unknown) {
      return this;
    });
    patch(Promise, "reject", () => Promise.resolve("nothing was rejected"));
    patch(
      Promise,
      Symbol.species,
      class extends Promise<unknown> {
        static override get [Symbol.species](): PromiseConstructor {
          return Promise;
        }
      },
    );
    patch(
      process,
      "nextTick",
      (task: (...rest: unknown[]) => void, ...rest: unknown[]) => void setImmediate(task, ...rest),
    );
    patch(globalThis, "queueMicrotask", (task: () => void) => void setImmediate(task));
  },
);
