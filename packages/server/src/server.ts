// SPDX-License-Identifier: Apache-2.0
import type { Policy } from "@cordon/policy";
import { Deployments } from "./apps/deployments.ts";
import { prepareCell } from "./apps/prepare.ts";
import { Registry } from "./apps/registry.ts";
import { requireEnforceable, startCell } from "./cells.ts";
import { Gateway } from "./gateway/gateway.ts";
import { createListener, startListening, stopListening } from "./listener.ts";
import { escapeText } from "./observe/escape.ts";
import {
  type ListenAddress,
  normaliseLimits,
  parseListen,
  type ServerLimits,
  type ServerOptions,
} from "./options.ts";
import { boundHost, defaultHostPolicy } from "./policy/app.ts";
import { createApi } from "./routes/api.ts";
import { isAdminToken } from "./routes/bearer.ts";
import { openState, type State } from "./store/state.ts";

/** A host: it keeps apps, runs each in a cell and passes requests on. */
export interface CordonServer extends AsyncDisposable {
  /** Begins to listen and starts the apps; resolves with the URL once it listens. */
  listen(): Promise<string>;
  /** The admin token's file. */
  readonly tokenFile: string;
  /** The admin token, if this start made it. */
  readonly newToken: string | undefined;
  /** Stops listening, lets requests under way end within the grace, ends all cells. */
  close(): Promise<void>;
}

/**
 * Makes a host over a data directory. Throws a CordonError where this machine cannot enforce a policy, where
 * another host uses the directory, and for options that cannot be used.
 *
 * @example
 * await using server = await createServer({ data: "./data", listen: "127.0.0.1:0" });
 * console.log(await server.listen());
 */
export async function createServer(options: ServerOptions): Promise<CordonServer> {
  const limits = normaliseLimits(options.limits);
  const address = parseListen(options.listen);
  const policy = boundHost(options.policy ?? defaultHostPolicy(), []);
  // Before anything is written: a host that cannot keep its promises is not one.
  const notes = await (options.checkHost ?? requireEnforceable)(policy);
  for (const note of notes) options.report?.(note);
  const state = await openState(options.data);
  try {
    return await assemble({ ...options, policy }, limits, address, state);
  } catch (error) {
    await state[Symbol.asyncDispose]();
    throw error;
  }
}

async function assemble(
  options: ServerOptions & { policy: Policy },
  limits: ServerLimits,
  address: ListenAddress,
  state: State,
): Promise<CordonServer> {
  const { store, bundles, token } = state;
  const start = options.start ?? "boot";
  // Errors may quote what came over the network.
  const report = (line: string): void => options.report?.(line.split("\n").map(escapeText).join("\n"));
  const hostPolicy = boundHost(options.policy, state.privatePaths);
  const registry = new Registry(limits, {
    startCell: options.startCell ?? startCell,
    prepare: (app) => prepareCell(app, { store, bundles, hostPolicy, env: options.env ?? {} }),
  });
  const deployments = new Deployments({ store, bundles, registry, hostPolicy, start, report });
  const gateway = new Gateway({
    registry,
    limits,
    isAdminToken: (header) => isAdminToken(token, header),
    report,
  });
  const api = createApi(
    { state, registry, deployments, limits },
    (handler) => createListener(gateway, handler, limits),
    report,
  );
  await api.ready();
  for (const app of await store.allApps()) registry.place(app);

  const stopping = new AbortController();
  let booting: Promise<void> = Promise.resolve();
  async function stop(): Promise<void> {
    stopping.abort();
    // Side by side: a connection that was upgraded ends with its cell, and the server waits for both.
    await Promise.all([stopListening(api.server, limits.grace), registry[Symbol.asyncDispose](), booting]);
    await deployments.settled();
    await api.close();
    await state[Symbol.asyncDispose]();
  }
  let stopped: Promise<void> | undefined;
  const close = (): Promise<void> => (stopped ??= stop());
  return {
    async listen() {
      const url = await startListening(api.server, address);
      if (start === "boot") booting = registry.boot(stopping.signal);
      return url;
    },
    tokenFile: token.file,
    newToken: token.made,
    close,
    [Symbol.asyncDispose]: close,
  };
}
