// SPDX-License-Identifier: Apache-2.0
import { CordonError } from "@cordon/policy";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Lane } from "../apps/lane.ts";
import { type AppName, parseAppName, parseTenantName, type TenantName } from "../names.ts";
import type { AppRecord } from "../store/store.ts";
import type { RouteContext } from "./context.ts";
import { parsePage } from "./page.ts";
import { readUpload } from "./upload.ts";

interface Params {
  tenant: string;
  app: string;
}

/** `/v1/tenants/:tenant/apps` and what is below it. */
export function appRoutes(api: FastifyInstance, context: RouteContext): void {
  const { state, registry, deployments, limits } = context;

  api.get<{ Params: Pick<Params, "tenant"> }>("/v1/tenants/:tenant/apps", async (request) => {
    const tenant = parseTenantName(request.params.tenant);
    if (!(await state.store.getTenant(tenant))) throw new CordonError("ERR_TENANT_NOT_FOUND", { tenant });
    const apps = await state.store.listApps(tenant, parsePage(request.query));
    return { apps: apps.map((app) => view(app, registry.get(app.tenant, app.name))) };
  });

  api.put<{ Params: Params }>("/v1/tenants/:tenant/apps/:app", async (request, reply) => {
    const { tenant, name } = names(request);
    const { app, created } = await deployments.putApp(tenant, name, readUpload(request, limits));
    return reply.code(created ? 201 : 200).send(view(app, registry.get(tenant, name)));
  });

  api.get<{ Params: Params }>("/v1/tenants/:tenant/apps/:app", async (request) => {
    const app = await find(request);
    return view(app, registry.get(app.tenant, app.name));
  });

  api.delete<{ Params: Params }>("/v1/tenants/:tenant/apps/:app", async (request, reply) => {
    const { tenant, name } = names(request);
    await deployments.deleteApp(tenant, name);
    return reply.code(204).send();
  });

  api.get<{ Params: Params }>("/v1/tenants/:tenant/apps/:app/logs", async (request) => {
    const app = await find(request);
    const { log } = registry.recordings(app.tenant, app.name);
    return { lines: log.lines(), dropped: log.dropped };
  });

  api.get<{ Params: Params }>("/v1/tenants/:tenant/apps/:app/events", async (request) => {
    const app = await find(request);
    const { events } = registry.recordings(app.tenant, app.name);
    return { events: events.list(), dropped: events.dropped };
  });

  async function find(request: FastifyRequest<{ Params: Params }>): Promise<AppRecord> {
    const { tenant, name } = names(request);
    const app = await state.store.getApp(tenant, name);
    if (!app) throw new CordonError("ERR_APP_NOT_FOUND", { tenant, app: name });
    return app;
  }
}

function names(request: FastifyRequest<{ Params: Params }>): { tenant: TenantName; name: AppName } {
  return { tenant: parseTenantName(request.params.tenant), name: parseAppName(request.params.app) };
}

function view(app: AppRecord, lane: Lane | undefined): Record<string, unknown> {
  return {
    tenant: app.tenant,
    name: app.name,
    version: app.version,
    digest: app.digest,
    entry: app.entry,
    files: app.files,
    bytes: app.bytes,
    created: app.created.toISOString(),
    updated: app.updated.toISOString(),
    state: lane?.state.name ?? "stopped",
    requests: lane?.requests.count ?? 0,
    path: `/run/${app.tenant}/${app.name}/`,
  };
}
