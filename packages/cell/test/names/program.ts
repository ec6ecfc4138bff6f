// SPDX-License-Identifier: Apache-2.0
/** Prints each result, or the error's code, message and grant, a line each, in order. */
export const program = (...attempts: readonly string[]): string => `
  const dns = require('node:dns'), net = require('node:net');
  const text = async (url) => (await fetch(url)).text();
  const connect = (port, host) => new Promise((good, bad) =>
    net.connect(port, host).on('error', bad).on('connect', function () { this.destroy(); good('connected'); }));
  (async () => {
    for (const attempt of [${attempts.map((each) => `async () => ${each}`).join(", ")}]) {
      try { console.log(JSON.stringify(await attempt())); }
      catch (error) {
        const cause = error.cause ?? error;
        console.log([cause.code, cause.message, cause.grant].join(' | '));
      }
    }
  })();
`;
export const lines = (stdout: string): string[] => stdout.trimEnd().split("\n");
export const resources = (denied: readonly { readonly resource: string }[]): string[] =>
  denied.map(({ resource }) => resource);
export const kernelSide = ["namespaces", "filters"] as const;
