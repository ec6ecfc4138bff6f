// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { suite, test, type TestContext } from "node:test";
import { directoryWith, run } from "./support/cells.ts";
import { tcpServer } from "./support/servers.ts";
import { until } from "./support/processes.ts";

/** What no child may reach, whatever it is. */
interface Beyond {
  readonly root: string;
  readonly secret: string;
  readonly socket: string;
  readonly port: number;
}

async function beyond(context: TestContext): Promise<Beyond> {
  const root = directoryWith(context, { "outside/secret.txt": "SECRET", "granted/file.txt": "granted" });
  const socket = join(root, "outside/host.sock");
  const server = createServer((connection) => connection.end("REACHED"));
  server.listen({ path: socket, writableAll: true });
  await once(server, "listening");
  context.after(() => server.close());
  return { root, secret: join(root, "outside/secret.txt"), socket, port: await tcpServer(context) };
}

interface Language {
  readonly program: string;
  readonly args: (beyond: Beyond) => readonly string[];
}

/** Each tries all of it, and says first that it runs at all, by reading what is granted. */
const languages: Readonly<Record<string, Language>> = {
  bash: {
    program: "/bin/bash",
    args: ({ root, secret, port }) => [
      "-c",
      `read line < ${root}/granted/file.txt; echo $line
       read line < ${secret} && echo $line
       echo x > ${secret} && echo WRITTEN
       echo x > ${root}/granted/file.txt && echo WRITTEN
       (exec 3<>/dev/tcp/127.0.0.1/${port}) && echo REACHED
       kill -0 ${process.pid} && echo SIGNALLED
       true`,
    ],
  },
  "Node without flags": {
    program: process.execPath,
    args: ({ root, secret, socket, port }) => [
      "-e",
      `const fs = require('node:fs'), net = require('node:net');
       console.log(fs.readFileSync('${root}/granted/file.txt', 'utf8'));
       for (const way of [() => fs.readFileSync('${secret}', 'utf8'), () => fs.writeFileSync('${secret}', '') ?? 'WRITTEN',
         () => fs.writeFileSync('${root}/granted/file.txt', '') ?? 'WRITTEN', () => process.kill(${process.pid}, 0) && 'SIGNALLED'])
         try { console.log(way()); } catch {}
       for (const to of ['${socket}', { port: ${port}, host: '127.0.0.1' }])
         net.connect(to, () => console.log('REACHED')).on('error', () => {});`,
    ],
  },
  perl: {
    program: "/usr/bin/perl",
    args: ({ root, secret, socket, port }) => [
      "-e",
      `use Socket;
       open(F, '<', '${root}/granted/file.txt') and print <F>, "\\n";
       open(S, '<', '${secret}') and print <S>;
       open(W, '>', '${secret}') and print "WRITTEN";
       open(G, '>', '${root}/granted/file.txt') and print "WRITTEN";
       socket(T, PF_INET, SOCK_STREAM, 0) and connect(T, pack_sockaddr_in(${port}, inet_aton('127.0.0.1'))) and print "REACHED";
       socket(U, PF_UNIX, SOCK_STREAM, 0) and connect(U, pack_sockaddr_un('${socket}')) and print "REACHED";
       kill(0, ${process.pid}) and print "SIGNALLED";`,
    ],
  },
};

suite("a child is in the same cell, whatever it is", { concurrency: 2 }, () => {
  for (const [name, { program, args }] of Object.entries(languages)) {
    // Bash and Node are everywhere; what a host has besides is tried where it is.
    if (!existsSync(program)) continue;
    for (const walls of [
      ["namespaces", "filters", "runtime"],
      ["namespaces", "runtime"],
      ["filters", "runtime"],
    ] as const) {
      test(`${name}, with ${walls.join(" and ")}`, async (t) => {
        const there = await beyond(t);
        const code = `
          const { spawnSync } = require('node:child_process');
          const { stdout, error, stderr } = spawnSync('${program}', ${JSON.stringify(args(there))}, { encoding: 'utf8', env: {} });
          console.log(error ? error.message : stdout.trim());
          console.error(stderr);
        `;
        const { stdout, stderr } = await run(t, {
          code,
          walls,
          flags: [`--allow-run=${program}`, `--allow-fs-read=${there.root}/granted`],
        });
        assert.equal(stdout, "granted\n", stderr);
        assert.equal(readFileSync(there.secret, "utf8"), "SECRET");
      });
    }
  }

  test("a daemon that has left its session and its parent ends with the cell", async (t) => {
    const seconds = `${100_000 + Math.floor(Math.random() * 100_000)}`;
    const code = `
      const { execFileSync } = require('node:child_process');
      execFileSync('/bin/sh', ['-c', 'setsid sh -c "sleep ${seconds} & sleep ${seconds} &" </dev/null >/dev/null 2>&1 & exit 0']);
      setTimeout(() => console.log('ends'), 100);
    `;
    for (const walls of [["namespaces", "filters", "runtime"], ["filters"]] as const) {
      const { stdout, stderr } = await run(t, {
        code,
        walls,
        flags: ["--allow-run=/bin/sh,setsid,sleep", "--allow-env=PATH"],
      });
      assert.equal(stdout, "ends\n", stderr);
      await until("the daemons are gone", () => !isThere(seconds));
    }
  });
});

function isThere(word: string): boolean {
  return readdirSync("/proc").some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "latin1").split("\0").includes(word);
    } catch {
      return false; // gone meanwhile
    }
  });
}
