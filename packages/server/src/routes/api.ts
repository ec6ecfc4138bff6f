// SPDX-License-Identifier: Apache-2.0
import type { Server } from "node:http";
import { CordonError, isCordonError } from "@cordon/policy";
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerFactory,
} from "fastify";
import { type Problem, problemBody, toProblem } from "../problem.ts";
import { appRoutes } from "./apps.ts";
import { requireAdmin } from "./bearer.ts";
import type { RouteContext } from "./context.ts";
import { tenantRoutes } from "./tenants.ts";
import { uploadTypes } from "./upload.ts";

const largestJson = 256 * 1024;

/** The HTTP API over a server that is made elsewhere. */
export function createApi(
  context: RouteContext,
  serverFactory: FastifyServerFactory<Server>,
  report: (line: string) => void,
): FastifyInstance {
  const api = fastify({
    serverFactory,
    logger: false,
    bodyLimit: largestJson,
    // What closes is closed by the host, in its own order.
    forceCloseConnections: false,
    routerOptions: { maxParamLength: 100 },
  });
  api.setErrorHandler((error: FastifyError, request, reply) => {
    const known = toCordonError(error, request.headers["content-type"]);
    if (!known)
      report(
        `the host failed at ${request.method} ${JSON.stringify(request.url.slice(0, 200))}: ${error.stack}`,
      );
    const problem = toProblem(known ?? error);
    if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="cordon"');
    // What is left of an upload is read and thrown away, so that the client gets to read the answer.
    request.raw.resume();
    return sendProblemReply(reply, problem);
  });
  api.setNotFoundHandler((request, reply) => {
    const path = JSON.stringify(request.url.slice(0, 200));
    const problem = toProblem(new CordonError("ERR_ROUTE_NOT_FOUND", { method: request.method, path }));
    return sendProblemReply(reply, problem);
  });
  api.addHook("onSend", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff").header("cache-control", "no-store");
  });
  api.get("/healthz", async () => ({ status: "ok" }));
  api.register(async (admin) => {
    admin.addHook("onRequest", async (request) =>
      requireAdmin(context.state.token, request.headers.authorization),
    );
    // The body of an upload goes on as a stream; its route counts it.
    admin.addContentTypeParser([...uploadTypes], (_request, _payload, done) => done(null));
    tenantRoutes(admin, context);
    appRoutes(admin, context);
  });
  return api;
}

// As bytes: to text fastify adds a charset, which this type does not have.
function sendProblemReply(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type("application/problem+json").send(problemBody(problem));
}

function toCordonError(error: FastifyError, type: string | undefined): CordonError | undefined {
  if (isCordonError(error)) return error;
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new CordonError("ERR_BODY_TOO_LARGE", { limit: largestJson });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE": {
      const got = JSON.stringify((type ?? "none").slice(0, 80));
      return new CordonError("ERR_MEDIA_TYPE", {
        expected: ["application/json", ...uploadTypes].join(", "),
        got,
      });
    }
    default: {
      const status = error.statusCode ?? 500;
      return status < 500 ? new CordonError("ERR_REQUEST_INVALID", { reason: error.message }) : undefined;
    }
  }
}
