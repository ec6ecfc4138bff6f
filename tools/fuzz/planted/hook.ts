// SPDX-License-Identifier: Apache-2.0
// Loaded before a fuzzer (`node --import`): plants the mistake that the environment names in the module that it is for.
import { registerHooks } from "node:module";
import { plant, type Planted } from "./plant.ts";

const planted = JSON.parse(process.env["CORDON_PLANTED"] ?? "null") as Planted | null;
if (planted !== null) {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(`/${planted.file}`)) return loaded;
      const { source } = loaded;
      const text = typeof source === "string" ? source : Buffer.from((source ?? "") as Uint8Array).toString();
      return { ...loaded, source: plant(text, planted) };
    },
  });
}
