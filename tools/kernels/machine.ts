// SPDX-License-Identifier: Apache-2.0
// A machine with one kernel, in QEMU, by software emulation: no virtualisation is asked of this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { unpacked } from "./command.ts";
import { cpio, type Entry } from "./cpio.ts";
import { findModules } from "./modules.ts";
import { type Job, type Line, parseLine } from "./runs.ts";

const guest = join(import.meta.dirname, "guest");
// The way to the disk and the port out. A kernel may have any of them built in.
const firstModules = ["virtio_pci", "virtio_blk", "ext4", "crc32c_generic", "virtio_console"];

/** What a machine is made of: directories of unpacked packages, and its disks. */
export interface MachineParts {
  readonly qemu: string;
  readonly kernel: string;
  readonly disk: string;
  readonly modules: string;
  /** Where its first root and what it prints are written. */
  readonly work: string;
}

function firstRoot(parts: MachineParts, job: Job): Buffer {
  const busybox = readFileSync(join(parts.qemu, "usr", "bin", "busybox"));
  const modules = findModules(join(parts.kernel, "lib", "modules"), firstModules);
  const file = (path: string, content: Uint8Array, mode: number): Entry => ({ path, content, mode });
  return cpio([
    { path: "bin", directory: true },
    { path: "modules", directory: true },
    file("bin/busybox", busybox, 0o755),
    file("bin/sh", busybox, 0o755),
    file("init", readFileSync(join(guest, "first-init.sh")), 0o755),
    file("job.json", Buffer.from(JSON.stringify(job)), 0o644),
    ...modules.map(({ name, content }, index) =>
      file(`modules/${String(index).padStart(2, "0")}-${name}.ko`, content, 0o644),
    ),
  ]);
}

/**
 * Time in the machine goes by instructions (a nanosecond each), and leaps to the next timer when nobody has anything to
 * do: programs meet their deadlines as on a machine of about that speed, however slow the emulation is, and waiting
 * costs nothing. One processor, because that cannot be had with several.
 */
const clock = ["-accel", "tcg,thread=single,tb-size=512", "-icount", "shift=0,sleep=off", "-smp", "1"];

function words(parts: MachineParts, root: string, console: string): readonly string[] {
  const [kernel] = globSync("{boot/vmlinuz-*,usr/lib/modules/*/vmlinuz}", { cwd: parts.kernel });
  if (kernel === undefined) throw new Error(`Expected a kernel in ${parts.kernel}, got none.`);
  const share = join(parts.qemu, "usr", "share");
  const drive = (path: string): readonly string[] => [
    "-drive",
    `file=${path},format=raw,if=virtio,snapshot=on,cache=unsafe`,
  ];
  // Page tables of five levels would only make each walk slower; and the processor that is emulated has no side
  // channels to mitigate.
  const settings =
    `-nodefaults -no-user-config -display none -monitor none -no-reboot -machine q35 -cpu max,la57=off -m 4096` +
    ` -chardev stdio,id=out,signal=off -device virtio-serial-pci -device virtserialport,chardev=out,name=cordon`;
  return [
    ...unpacked(parts.qemu, "usr/bin/qemu-system-x86_64"),
    "-L",
    join(share, "qemu"),
    "-L",
    join(share, "seabios"),
    ...settings.split(" "),
    ...clock,
    "-kernel",
    join(parts.kernel, kernel),
    "-initrd",
    root,
    "-append",
    "console=ttyS0 panic=-1 mitigations=off",
    "-serial",
    `file:${console}`,
    ...drive(parts.disk),
    ...drive(parts.modules),
  ];
}

/**
 * Boots a machine, hands it a job, and calls `take` with every line that it says; resolves when it is off, which `end`
 * makes it at once.
 *
 * @throws if it ended before the job was done, with the end of what it printed
 */
export async function boot(
  parts: MachineParts,
  job: Job,
  take: (line: Line) => void,
  end: AbortSignal,
): Promise<void> {
  const root = join(parts.work, "first-root.cpio");
  const console = join(parts.work, "console.log");
  writeFileSync(root, firstRoot(parts, job));
  const [modules = ""] = globSync("usr/lib/*/qemu", { cwd: parts.qemu });
  const child = spawn("nice", ["-n", "19", ...words(parts, root, console)], {
    // Its standard input stays open: QEMU takes its end for a hung-up line, and the machine would wait for ever.
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, QEMU_MODULE_DIR: join(parts.qemu, modules) },
  });
  const stop = (): boolean => child.kill();
  process.once("exit", stop);
  end.addEventListener("abort", stop);
  if (end.aborted) stop();
  const exited = once(child, "exit");
  let isDone = false;
  for await (const text of createInterface(child.stdout)) {
    const line = parseLine(text);
    if (line?.kind === "done") isDone = true;
    if (line !== undefined) take(line);
  }
  await exited;
  process.off("exit", stop);
  end.removeEventListener("abort", stop);
  if (isDone) return;
  const printed = readFileSync(console, "utf8").split("\n").slice(-30).join("\n");
  throw new Error(`Expected the machine to do its job and say so; the end of what it printed:\n${printed}`);
}
