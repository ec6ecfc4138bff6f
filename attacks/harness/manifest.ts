// SPDX-License-Identifier: Apache-2.0
// The experimental policy of Node 10 to 21: a manifest that names, for each file, its integrity and what it may require.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Prepared, Site } from "./attack.ts";
import type { Inside } from "./inside.ts";

const manifestOf = (site: Site): string => join(site.directory, "policy.json");

/**
 * Puts up a plug-in that the manifest lets require nothing. What it exports is called with the secret's path; in the
 * control it must first be refused what it asks for by name, or the manifest would not hold anything.
 */
export function confinedPlugin(site: Site, bypass: string): Prepared {
  const asking = site.isControl
    ? `try { require("node:fs"); throw new Error("the manifest holds nothing"); } catch (error) {
  if (error.code !== "ERR_MANIFEST_DEPENDENCY_MISSING") throw error;
}\n`
    : "";
  return plugin(site, `${asking}module.exports = (secret) => {\n${bypass}\n};`, true, {});
}

/** Puts up a plug-in that may require everything if its digest is the one that the manifest names, which it is not. */
export function untrustedPlugin(site: Site, source: string, integrity: string): Prepared {
  return plugin(site, source, integrity, true);
}

function plugin(site: Site, source: string, integrity: true | string, dependencies: true | object): Prepared {
  const path = join(site.granted, "plugin.cjs");
  writeFileSync(path, `"use strict";\n${source}\n`);
  const resources = {
    [pathToFileURL(site.program).href]: { integrity: true, dependencies: true },
    [pathToFileURL(path).href]: { integrity, dependencies },
  };
  writeFileSync(manifestOf(site), JSON.stringify({ resources }));
  return { values: { plugin: path } };
}

/** The flags of a control that runs under the manifest, in place of the permission model. */
export function underManifest(site: Site): readonly string[] {
  return ["--experimental-policy", manifestOf(site)];
}

/** The program: asks the plug-in for the secret. It is carried over as text. */
export function callPlugin(cell: Inside): string {
  const bypass = require(cell.text("plugin")) as (secret: string) => string;
  return cell.loot(bypass(cell.secret));
}
