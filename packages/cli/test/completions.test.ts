// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { grantFlags } from "@cordon/policy";
import { commandTable, optionTable, shells } from "../src/command-line/table.ts";
import { bashCompletions } from "../src/completions/bash.ts";
import { fishCompletions } from "../src/completions/fish.ts";
import { zshCompletions } from "../src/completions/zsh.ts";
import { commandNames } from "../src/main.ts";

const command = join(import.meta.dirname, "../bin/cordon.js");
const directory = mkdtempSync(join(tmpdir(), "cordon-completions-"));
after(() => rmSync(directory, { recursive: true }));
mkdirSync(join(directory, "source"));
writeFileSync(join(directory, "main file.js"), "");
const script = join(directory, "cordon.bash");
writeFileSync(script, bashCompletions());

/** What bash itself offers for a line, typed word by word as bash takes it apart. */
function offered(...words: string[]): readonly string[] {
  const ask = `source "$1"; shift; complete -p cordon >/dev/null || exit 9
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cordon; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", ask, "bash", script, ...words], {
    cwd: directory,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], GREETING: "hello" },
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, "");
  return stdout.split("\n").filter((line) => line !== "");
}

test("bash completes commands, flags and values", () => {
  assert.deepEqual(offered("cordon", "ex"), ["explain"]);
  assert.deepEqual(offered("cordon", "run", "--allow-fs"), ["--allow-fs-read=", "--allow-fs-write="]);
  assert.deepEqual(offered("cordon", "run", "--allow-wo"), ["--allow-worker"]);
  assert.deepEqual(offered("cordon", "run", "--walls", "=", "fil"), ["filters"]);
  assert.deepEqual(offered("cordon", "run", "--allow-sys", "=", "cpus,mem"), ["cpus,memory"]);
  assert.deepEqual(offered("cordon", "run", "-R", "=", "sou"), ["source/"]);
  assert.deepEqual(offered("cordon", "run", "--allow-env", "=", "GREE"), ["GREETING"]);
  assert.deepEqual(offered("cordon", "explain", "--policy", "main"), ["main file.js"]);
  assert.deepEqual(offered("cordon", "completions", "f"), ["fish"]);
});

test("bash leaves a program its own arguments, and offers files there", () => {
  assert.deepEqual(offered("cordon", "run", "-R", "=", ".", "main"), ["main file.js"]);
  assert.deepEqual(offered("cordon", "run", "main.js", "--allow"), []);
  assert.deepEqual(offered("cordon", "run", "--policy", "x.json", "--verb"), ["--verbose"]);
});

test("every command is completed, with every option and every grant that it takes", () => {
  assert.deepEqual(Object.keys(commandTable), [...commandNames]);
  const scripts = [bashCompletions(), zshCompletions(), fishCompletions()];
  for (const [name, { options, grants }] of Object.entries(commandTable)) {
    for (const text of scripts) assert.match(text, new RegExp(`\\b${name}\\b`));
    for (const flag of [...options, ...(grants ? grantFlags() : [])]) {
      const [bash = "", zsh = "", fish = ""] = scripts;
      assert.match(bash, new RegExp(`^ +${name}\\) flags='(?:.* )?${flag}=?[ ']`, "m"), flag);
      assert.ok(zsh.includes(`'*${flag}[`) || zsh.includes(`'*${flag}=-[`), flag);
      const spelt = flag.startsWith("--") ? `-l ${flag.slice(2)} ` : `-s ${flag.slice(1)} `;
      assert.ok(fish.includes(`'__fish_seen_subcommand_from ${name}' ${spelt}`), flag);
    }
  }
});

test("help and docs/cli.md name every command and every option", () => {
  const help = spawnSync(process.execPath, [command, "help"], { encoding: "utf8" }).stdout;
  const page = readFileSync(join(import.meta.dirname, "../../../docs/cli.md"), "utf8");
  for (const name of commandNames.filter((each) => each !== "help" && each !== "version")) {
    assert.match(help, new RegExp(`^ {2}cordon ${name}\\b`, "m"), name);
    assert.match(page, new RegExp(`^## ${name}$`, "m"), name);
  }
  for (const name of Object.keys(optionTable)) {
    assert.ok(help.includes(name), `help: ${name}`);
    assert.ok(page.includes(name), `docs/cli.md: ${name}`);
  }
});

test("no text of the tables breaks out of its quotes", () => {
  const quotes = (text: string): number =>
    text.replaceAll("'\\''", "").replaceAll("\\'", "").split("'").length - 1;
  for (const text of [bashCompletions(), zshCompletions(), fishCompletions()]) {
    for (const line of text.split("\n").filter((each) => !each.trimStart().startsWith("#")))
      assert.equal(quotes(line) % 2, 0, line);
  }
});

test("the command prints a script for each shell, and names them for any other", () => {
  for (const shell of shells)
    assert.equal(spawnSync(process.execPath, [command, "completions", shell]).status, 0);
  const { status, stderr } = spawnSync(process.execPath, [command, "completions", "tcsh"], {
    encoding: "utf8",
  });
  assert.equal(status, 125);
  assert.match(stderr, /expected one of bash, zsh, fish, got tcsh/);
});
