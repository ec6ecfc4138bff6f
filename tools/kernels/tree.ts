// SPDX-License-Identifier: Apache-2.0
// The machine's disks: a userland out of Debian's packages with the project as it is built here; the kernel's modules.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { copyCheckout } from "../../attacks/harness/relocate.ts";
import { run, unpacked } from "./command.ts";
import { ordinary } from "./guest/users.ts";

/** What the project's programs and tests use of a userland. */
export const userland: readonly string[] = [
  "base-files",
  "bash",
  "bsdutils",
  "busybox-static",
  "coreutils",
  "dash",
  "findutils",
  "grep",
  "kmod",
  // Node 25 and later needs it.
  "libatomic1",
  "libc-bin",
  "libstdc++6",
  "login",
  "mount",
  "perl-base",
  "procps",
  "sed",
  "util-linux",
];

// Whatever a kernel loads by itself when a program asks for it: file systems and protocols. Drivers have no device here.
const moduleFolders = [
  "fs",
  "net",
  "crypto",
  "lib",
  "arch",
  "drivers/virtio",
  "drivers/block",
  "drivers/net",
];
const DISK_BYTES = 6 * 1024 ** 3;
const MODULES_BYTES = 1024 ** 3;

const files: Readonly<Record<string, string>> = {
  "etc/passwd": `root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n${ordinary.name}:x:${ordinary.uid}:${ordinary.uid}::${ordinary.home}:/bin/sh\n`,
  "etc/group": `root:x:0:\ntty:x:5:\nnogroup:x:65534:\n${ordinary.name}:x:${ordinary.uid}:\n`,
  "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
  "etc/hostname": "cordon-kernels\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
  "etc/resolv.conf": "nameserver 127.0.0.1\n",
};

/** Makes the disk that all machines of one run share: the userland with the project in it. `tools` has e2fsprogs. */
export function makeDisk(from: { userland: string; tools: string }, image: string): void {
  const tree = `${image}.tree`;
  run("rm", ["-rf", tree]);
  run("cp", ["-a", from.userland, tree]);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(tree, path), text);
  const project = join(tree, "cordon");
  mkdirSync(project);
  copyCheckout(project, true);
  writeFileSync(join(project, "hello.js"), "console.log('hello');\n");
  cpSync(join(import.meta.dirname, ".."), join(project, "tools"), { recursive: true });
  makeImage(from.tools, tree, image, DISK_BYTES);
}

/** Makes the disk that is mounted at /lib/modules: what this kernel loads by itself when a program asks for it. */
export function makeModules(from: { kernel: string; userland: string; tools: string }, image: string): void {
  const tree = `${image}.tree`;
  run("rm", ["-rf", tree]);
  const modules = join(from.kernel, "lib", "modules");
  for (const release of readdirSync(modules)) {
    const target = join(tree, "lib", "modules", release);
    for (const folder of moduleFolders.filter((each) => existsSync(join(modules, release, "kernel", each))))
      cpSync(join(modules, release, "kernel", folder), join(target, "kernel", folder), { recursive: true });
    for (const list of ["modules.order", "modules.builtin", "modules.builtin.modinfo"])
      copyFileSync(join(modules, release, list), join(target, list));
    const [linker, ...kmod] = unpacked(from.userland, "usr/bin/kmod");
    // kmod is many programs, and knows by its own name which it is.
    run(linker, ["--argv0", "depmod", ...kmod, "-b", tree, release]);
  }
  makeImage(from.tools, join(tree, "lib", "modules"), image, MODULES_BYTES);
  run("rm", ["-rf", tree]);
}

function makeImage(tools: string, tree: string, image: string, bytes: number): void {
  rmSync(image, { force: true });
  writeFileSync(image, "");
  truncateSync(image, bytes);
  const [linker, ...mke2fs] = unpacked(tools, "sbin/mke2fs");
  run(linker, [...mke2fs, "-q", "-t", "ext4", "-O", "^has_journal", "-d", tree, image]);
  run("rm", ["-rf", tree]);
}
