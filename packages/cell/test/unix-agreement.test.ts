// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { decide } from "@cordon/policy";
import fc from "fast-check";
import { directoryWith, policyOf, run } from "./support/cells.ts";

const names = ["a", "ab", "b"];
const sockets = [...names, ...names.flatMap((outer) => names.map((inner) => `${outer}.d/${inner}`))].map(
  (name) => `${name}.sock`,
);
const places = [...sockets, ...names.map((name) => `${name}.d`), "a*", "a.d/a*", "a.d/*", ""];

/** A server at each of the paths, that says nothing. */
async function serve(context: TestContext, root: string): Promise<void> {
  for (const name of sockets) {
    const server = createServer((socket) => socket.on("error", () => {}).end());
    server.listen({ path: join(root, name), writableAll: true });
    await once(server, "listening");
    context.after(() => server.close());
  }
}

const knock = `
  const { connect } = require('node:net');
  const one = (path) => new Promise((resolve) => {
    const socket = connect(path, () => { socket.destroy(); resolve(true); }).on('error', ({ code }) => resolve(code));
  });
  (async () => { for (const path of process.argv.slice(2)) console.log(await one(path)); })();
`;

const flag = fc
  .tuple(fc.constantFrom("--allow-unix=", "--allow-unix=", "--deny-unix="), fc.constantFrom(...places))
  .map(([effect, place]) => `${effect}{root}/${place}`);

test("the broker connects to exactly the sockets that decide() grants", async (t) => {
  const root = directoryWith(t, Object.fromEntries(names.map((name) => [`${name}.d/file`, ""])));
  await serve(t, root);
  const paths = sockets.map((name) => join(root, name));
  await fc.assert(
    fc.asyncProperty(fc.array(flag, { minLength: 1, maxLength: 7 }), async (flags) => {
      const written = flags.map((text) => text.replaceAll("{root}", root));
      const policy = policyOf(written);
      const { stdout, stderr } = await run(t, {
        code: knock,
        args: paths,
        flags: written,
        walls: ["namespaces", "filters"],
      });
      const expected = paths.map((path) =>
        decide(policy, { scope: "net.unix", path }).granted ? "true" : "EACCES",
      );
      assert.deepEqual(stdout.trim().split("\n"), expected, stderr);
    }),
    { numRuns: 25 },
  );
});
