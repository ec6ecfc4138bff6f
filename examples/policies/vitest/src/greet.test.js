// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { greet } from "./greet.js";

test("somebody is greeted by name", () => {
  expect(greet("Ada")).toBe("Hello, Ada!");
});
