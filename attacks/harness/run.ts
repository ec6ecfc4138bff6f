// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Attack, type NamedAttack, type Site, standing, type Values, type Walls } from "./attack.ts";
import { refusalOf, startContainer } from "./containers.ts";
import { onTheFloor } from "./floor.ts";
import { freePort } from "./knock.ts";
import { judgeCell, judgeControl, type Traces, type Verdict } from "./judge.ts";
import { type Ended, type Watched, watch } from "./process.ts";
import { type Stage, snapshot } from "./stage.ts";
import { type CellStart, startCell } from "./start-cell.ts";
import { oldNode, permission } from "./versions.ts";
import { visitPlain, visitServed } from "./visited.ts";

const commandLine = join(import.meta.dirname, "..", "..", "packages", "cli", "bin", "cordon.js");

/** Milliseconds that a process takes to start a cell, on a busy machine. */
const STARTER = 15_000;

/** The environment that the hostile program would have without walls, and that grants pick from. */
function hostEnvironment(attack: Attack, site: Site, values: Values): Record<string, string> {
  return { PATH: "/usr/bin:/bin", LANG: "C.UTF-8", ...attack.environment?.(site, values) };
}

function placeOf(site: Site, values: Values): string {
  const { directory, granted, outside, secret, user, native } = site;
  const { addon, tool, dynamicTool, library } = native;
  const patience = site.isControl ? 5000 : 200;
  const paths = { directory, granted, outside, secret, addon, tool, dynamicTool, library };
  return JSON.stringify({ ...paths, user, patience, values });
}

function nodeOf(attack: Attack, site: Site): string {
  if (attack.version !== undefined) return oldNode(attack.version.node);
  return attack.onSpoilableNode === true ? site.spoilableNode() : process.execPath;
}

/** Runs an attack in a site of its own and gathers what it left behind. */
async function traced(
  attack: Attack,
  site: Site,
  run: (values: Values) => Promise<Ended & { readonly harm?: string | undefined }>,
): Promise<Traces> {
  const given = (await attack.prepare?.(site)) ?? { values: {} };
  const port = attack.visit === undefined ? {} : { port: await freePort() };
  const prepared = { ...given, values: { ...port, ...given.values } };
  try {
    const secret = readFileSync(site.secret, "utf8").trim();
    const before = snapshot(site.outside);
    const ended = await run(prepared.values);
    const harm = ended.harm ?? (await prepared.harmed?.());
    return {
      ...ended,
      secretOut: ended.stdout.includes(secret) || ended.stderr.includes(secret),
      outsideChanged: snapshot(site.outside) !== before,
      harm,
    };
  } finally {
    await prepared.dispose?.();
  }
}

/** Starts a command as a process of its own. */
function launch(command: readonly string[], site: Site, environment: Record<string, string>): Watched {
  const [file, ...words] = command;
  if (file === undefined) throw new Error("Expected a command");
  const stdio = ["ignore", "pipe", "pipe"] as const;
  return asWatched(spawn(file, words, { cwd: site.directory, env: environment, stdio: [...stdio] }));
}

function asWatched(child: ChildProcess): Watched {
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", reject);
  });
  return { stdout: child.stdout, stderr: child.stderr, exited, stop: () => child.kill("SIGKILL") };
}

export type ControlResult =
  | { readonly control: "succeeded" | "none" | "elsewhere"; readonly why: string }
  | { readonly control: "failed"; readonly why: string };

/**
 * Runs the attack under plain Node without walls. It must work there, or it proves nothing. It may do so at the second
 * attempt: on a busy machine a race or a deadline can be lost, which says nothing of the attack. No cell has a second one.
 */
export async function runControl(stage: Stage, named: NamedAttack): Promise<ControlResult> {
  const none = named.attack.control?.[stage.user];
  if (none !== undefined) return { control: "none", why: none.none };
  const first = await tryWithoutWalls(stage, named, `${named.name}-control`);
  return first.control === "failed" ? tryWithoutWalls(stage, named, `${named.name}-control-again`) : first;
}

async function tryWithoutWalls(stage: Stage, { attack }: NamedAttack, label: string): Promise<ControlResult> {
  const site = stage.site(attack, label, true);
  try {
    const traces = await traced(attack, site, async (values) => {
      const { version } = attack;
      const flags =
        version === undefined
          ? []
          : (version.flags?.(site) ?? permission(version.node, site, version.grants?.(site)));
      const command = [nodeOf(attack, site), ...flags, site.program, placeOf(site, values)];
      const environment = hostEnvironment(attack, site, values);
      const program = launch(attack.within?.(site, command) ?? command, site, environment);
      if (attack.visit === undefined) return watch(program, attack.survivesFor);
      const { ended, harm } = await visitPlain(attack.visit, site, Number(values["port"]), program);
      return { ...ended, harm };
    });
    const { ok, why } = judgeControl(attack, traces);
    return { control: ok ? "succeeded" : "failed", why };
  } catch (error) {
    return { control: "failed", why: describe(error) };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, details } = error as { code?: string; details?: unknown };
  return `${code ?? error.name}: ${error.message}${details === undefined ? "" : ` ${JSON.stringify(details)}`}`;
}

/** Runs the attack in a cell, with all walls or without one of them. */
export async function runInCell(stage: Stage, named: NamedAttack, walls: Walls): Promise<Verdict> {
  const verdict = await runBehind(stage, named, walls);
  if (stage.runtime !== undefined) return verdict;
  if (walls !== "all" || named.attack.runtimeAlone !== true || verdict.result !== "contained") return verdict;
  const alone = await runBehind(stage, named, walls, ["runtime"]);
  return alone.result === "contained" ? verdict : { ...alone, by: `the runtime alone: ${alone.by}` };
}

async function runBehind(
  stage: Stage,
  named: NamedAttack,
  walls: Walls,
  up: ReturnType<typeof standing> = standing(walls),
): Promise<Verdict> {
  const { attack, name } = named;
  const column = walls === "floor" ? "-floor" : walls;
  const label = `${name}${walls === "all" ? "" : column}${up.length === 1 ? "-alone" : ""}`;
  const site = stage.site(attack, label, false);
  const patience = attack.survivesFor === undefined ? undefined : attack.survivesFor * 4;
  try {
    const traces = await traced(attack, site, async (values) => {
      const start: CellStart = {
        grants: attack.grants?.(site, values) ?? [],
        entry: site.program,
        args: [placeOf(site, values)],
        walls: up,
        directory: site.directory,
        env: hostEnvironment(attack, site, values),
        node: nodeOf(attack, site),
        name: label,
        ...(attack.resolvers === undefined ? {} : { resolvers: attack.resolvers(values) }),
      };
      if (attack.visit !== undefined) {
        const { ended, harm } = await visitServed(attack.visit, site, () =>
          startCell({ ...start, mode: "serve" }, "pipe"),
        );
        return { ...ended, harm };
      }
      if (stage.runtime !== undefined) {
        const container = await startContainer(start, stage.runtime);
        const { stdout, stderr, exited } = container;
        // Its start is slower than a cell's.
        const longer = patience === undefined ? undefined : patience * 3;
        return await watch({ stdout, stderr, exited, stop: () => container.stop({ grace: 0 }) }, longer);
      }
      if (attack.within === undefined && (walls !== "floor" || attack.observe !== undefined)) {
        const cell = await startCell(start, "pipe");
        const { stdout, stderr, exited } = cell;
        const seen = attack.observe?.(cell);
        const ended = await watch({ stdout, stderr, exited, stop: () => cell.stop({ grace: 0 }) }, patience);
        return { ...ended, harm: seen?.() };
      }
      const script = attack.command === undefined ? join(import.meta.dirname, "start-cell.ts") : commandLine;
      const words = attack.command?.(site, start.walls) ?? [JSON.stringify(start)];
      const plain = [process.execPath, script, ...words];
      const command = walls === "floor" ? onTheFloor(site, plain) : plain;
      // What the attack puts into the host's environment reaches the cell by its start alone.
      const isOwn = walls === "floor" && attack.command === undefined && attack.within === undefined;
      const around = isOwn ? { PATH: "/usr/bin:/bin" } : start.env;
      const environment = { ...around, HOME: process.env["HOME"] ?? "/" };
      const late = patience === undefined || walls !== "floor" ? patience : patience + STARTER;
      return watch(launch(attack.within?.(site, command) ?? command, site, environment), late);
    });
    const refused = /"startFailed":{"code":"(\w+)"/.exec(traces.stderr)?.[1];
    if (refused !== undefined && attack.startRefusals?.includes(refused) === true)
      return { result: "contained", by: refused };
    return judgeCell(attack, walls, traces, stage.runtime !== undefined);
  } catch (error) {
    const refusal = stage.runtime === undefined ? undefined : refusalOf(error);
    if (refusal !== undefined) return { result: "contained", by: refusal };
    const code = String((error as { code?: unknown } | null)?.code);
    if (attack.startRefusals?.includes(code) === true) return { result: "contained", by: code };
    return { result: "not run", by: describe(error) };
  }
}
