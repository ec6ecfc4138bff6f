// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import type { Outcome } from "../../attacks/harness/attack.ts";
import { cpio } from "../kernels/cpio.ts";
import { findModules } from "../kernels/modules.ts";
import { kernelPackages } from "../kernels/packages.ts";
import { failures, markdown } from "../kernels/report.ts";
import { addRun, joined, noResults, type Results, together } from "../kernels/results.ts";
import { parseLine, type Run, runsFor } from "../kernels/runs.ts";

const attack = (result: Outcome["result"], name = "plain-path"): string => {
  const fixed = { class: 7, walls: "all", user: "root", control: "elsewhere", milliseconds: 1 } as const;
  return JSON.stringify({ attack: name, result, by: "EACCES", ...fixed });
};
const run = (part: Run["part"]): Run => ({ part, user: "root", words: [] });

suite("the kernel matrix", () => {
  test("the first root is an archive whose records are aligned and end in a trailer", () => {
    const content = Buffer.from("#!/bin/sh\n");
    const archive = cpio([
      { path: "bin", directory: true },
      { path: "bin/init", content, mode: 0o755 },
    ]);
    const seen: { name: string; mode: number; content: string }[] = [];
    for (let at = 0; at < archive.length; ) {
      assert.equal(archive.toString("latin1", at, at + 6), "070701");
      const field = (index: number): number =>
        Number.parseInt(archive.toString("latin1", at + 6 + index * 8, at + 14 + index * 8), 16);
      const [mode, size, nameSize] = [field(1), field(6), field(11)];
      const data = Math.ceil((at + 110 + nameSize) / 4) * 4;
      const name = archive.toString("latin1", at + 110, at + 110 + nameSize - 1);
      seen.push({ name, mode, content: archive.toString("latin1", data, data + size) });
      at = Math.ceil((data + size) / 4) * 4;
    }
    assert.deepEqual(seen, [
      { name: "bin", mode: 0o40755, content: "" },
      { name: "bin/init", mode: 0o100755, content: "#!/bin/sh\n" },
      { name: "TRAILER!!!", mode: 0, content: "" },
    ]);
  });

  test("modules are loaded after what they depend on, and what is built in is none", (t) => {
    const directory = mkdtempSync(join(tmpdir(), "cordon-modules-"));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    mkdirSync(join(directory, "kernel"));
    const module = (name: string, depends: string): void =>
      writeFileSync(join(directory, "kernel", `${name}.ko`), `\x7fELF\0license=GPL\0depends=${depends}\0`);
    module("ext4", "jbd2,crc16");
    module("jbd2", "");
    module("crc16", "");
    module("virtio-blk", "jbd2");
    const names = findModules(directory, ["ext4", "built_in", "virtio_blk"]).map(({ name }) => name);
    assert.deepEqual(names, ["jbd2", "crc16", "ext4", "virtio_blk"]);
  });

  test("a meta package of kernels is followed to the kernel, and to its modules where they are apart", () => {
    const dependencies: Readonly<Record<string, readonly string[]>> = {
      "linux-image-amd64": ["kmod", "linux-image-7.3-amd64", "linux-modules-amd64"],
      "linux-image-7.3-amd64": ["kmod", "linux-binary-7.3-amd64", "linux-modules-7.3-amd64"],
      "linux-modules-amd64": ["linux-modules-7.3-amd64"],
    };
    const archive = { dependenciesOf: (name: string) => dependencies[name] ?? [] };
    const found = kernelPackages(archive, "linux-image-amd64").map((name) => name.slice("linux-".length));
    assert.deepEqual(found, [
      "image-amd64",
      "image-7.3-amd64",
      "modules-amd64",
      "binary-7.3-amd64",
      "modules-7.3-amd64",
    ]);
  });

  test("only whole lines of the machine's are taken for what they are", () => {
    assert.deepEqual(parseLine('{"kind":"booted","release":"6.1.0"}'), { kind: "booted", release: "6.1.0" });
    assert.deepEqual(parseLine('{"kind":"ended","run":1,"code":null,"seconds":3}'), {
      kind: "ended",
      run: 1,
      code: null,
      seconds: 3,
    });
    for (const text of ['{"kind":"said","run":0', '{"kind":"said","run":"0","text":"x"}', "null", "[]", ""])
      assert.equal(parseLine(text), undefined, text);
  });

  test("a run that says nothing that counts is a failure, and so is what escapes", () => {
    const silent = addRun(noResults("6.1", "one"), run("attacks"), ["Segmentation fault"], 139);
    assert.match(failures(silent).join(), /attacks as root ended with 139: Segmentation fault/);
    const escaped = addRun(
      noResults("6.1", "one"),
      run("attacks"),
      [attack("contained", "dot-dot"), attack("escaped")],
      1,
    );
    assert.deepEqual(failures(escaped), ["6.1: plain-path (root, all): escaped: EACCES"]);
    assert.match(markdown([escaped]), /\| 7 \| other processes \| \*\*1 of 2\*\* \|/);
  });

  test("a test that failed is told with its reason", () => {
    const lines = [
      JSON.stringify({ test: "memory ends", file: "limits.test.ts", passed: true, seconds: 1 }),
      JSON.stringify({
        test: "swap ends",
        file: "limits.test.ts",
        passed: false,
        seconds: 1,
        why: "it does not",
      }),
    ];
    const results = addRun(noResults("6.1", "one"), run("limits"), lines, 1);
    assert.deepEqual(failures(results), ["6.1: swap ends (root): it does not"]);
    const table = markdown([results]);
    assert.match(table, /\| memory ends \| holds \| – \|/);
    assert.match(table, /\| swap ends \| \*\*fails\*\* \| – \|/);
  });

  test("a run of a part renews its own results and keeps the others, unless the kernel is another", () => {
    const lines = [attack("escaped"), attack("contained", "dot-dot")];
    const earlier = { ...addRun(noResults("6.1", "one"), run("attacks"), lines, 1), release: "6.1.0-56" };
    const again = addRun(noResults("6.1", "one"), run("attacks"), [attack("contained")], 0);
    const both = joined(earlier, { ...again, release: "6.1.0-56" });
    assert.deepEqual(failures(both), []);
    assert.equal(both.attacks.length, 2);
    assert.equal(joined(earlier, { ...again, release: "6.1.0-57" }).attacks.length, 1);
  });

  test("each result stands by the command that it came of, and a kernel without any is said to have none", () => {
    const results = (command: string, lines: readonly string[]): Results => ({
      ...addRun(noResults("6.1", command), run("attacks"), lines, 0),
      minutes: { [command]: 2 },
    });
    const whole = results("whole", [attack("contained"), attack("escaped", "dot-dot")]);
    const again = together(undefined, results("again", [attack("contained", "dot-dot")]));
    const table = markdown([
      joined(whole, together(again, results("again", [attack("contained", "other")]))),
    ]);
    assert.match(table, /\| `whole` \| 6\.1 \| 1 \| 0 \| 2 \|\n\| `again` \| 6\.1 \| 2 \| 0 \| 4 \|/);
    assert.match(table, /\| 6\.12 \| not run \|/);
  });

  test("each column of walls is a run of its own", () => {
    const wanted = { parts: ["attacks"], tests: [], walls: ["all", "-filters"], controls: false } as const;
    const words = runsFor("ordinary", wanted).map((each) => each.words.join(" "));
    assert.equal(words.length, 2);
    assert.match(words[1] ?? "", /--user=ordinary --walls=-filters --controls-elsewhere$/);
  });
});
