// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { CordonError, isCordonError } from "@cordon/policy";
import type { CellAgent } from "../apps/agent.ts";
import type { Lane } from "../apps/lane.ts";
import type { Registry } from "../apps/registry.ts";
import type { ServerLimits } from "../options.ts";
import { sendProblem } from "../problem.ts";
import { forward, type Passage, Unsent } from "./forward.ts";
import { requestHeaders } from "./headers.ts";
import { parseTarget, type Target } from "./target.ts";
import { forwardUpgrade, responseOver } from "./upgrade.ts";

/** What the gateway works with. */
export interface GatewayContext {
  registry: Registry;
  limits: ServerLimits;
  isAdminToken: (authorization: string) => boolean;
  /** For what nobody but the operator can mend. */
  report: (line: string) => void;
}

const attempts = 3;

/** Passes requests for `/run/:tenant/:app/…` to their cells. */
export class Gateway {
  readonly #context: GatewayContext;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** Answers one request. Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#pass(request, response, forward);
  }

  /** Answers one handshake. Never throws. */
  async handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // A client that breaks off is no event: its request ends with it.
    socket.on("error", () => socket.destroy());
    const response = responseOver(request, socket);
    await this.#pass(request, response, (passage) => forwardUpgrade(passage, socket, head));
  }

  async #pass(
    request: IncomingMessage,
    response: ServerResponse,
    send: (passage: Passage) => Promise<void>,
  ): Promise<void> {
    let lane: Lane | undefined;
    let leave: (() => void) | undefined;
    // What happens to a client's connection ends its own request; it is no error of the host.
    response.on("error", () => response.destroy());
    try {
      const target = readTarget(request);
      this.#refuseLargeBody(request);
      lane = this.#find(target);
      leave = lane.requests.enter();
      const gone = new AbortController();
      response.once("close", () => gone.abort());
      const { limits } = this.#context;
      const headers = requestHeaders(request, {
        address: request.socket.remoteAddress,
        prefix: `/run/${target.tenant}/${target.app}`,
        isAdminToken: this.#context.isAdminToken,
      });
      await this.#sendUntilSent(lane, gone.signal, (agent) =>
        send({ request, response, target, headers, agent, limits }),
      );
    } catch (error) {
      if (!isCordonError(error))
        this.#context.report(`the host failed at a request for an app: ${String(error)}`);
      // Half an answer must not look like a whole one.
      if (response.headersSent) response.destroy();
      else sendProblem(request, response, error, retryHeader(error, lane));
    } finally {
      leave?.();
    }
  }

  /** A request that has not reached the app, because its cell ended just then, goes to the cell after it. */
  async #sendUntilSent(
    lane: Lane,
    gone: AbortSignal,
    send: (agent: CellAgent) => Promise<void>,
  ): Promise<void> {
    for (let left = attempts; ; ) {
      const agent = await lane.reach(gone);
      try {
        await send(agent);
        return;
      } catch (error) {
        if (!(error instanceof Unsent)) throw error;
        left -= 1;
        if (left === 0) throw error.error;
        if (error.unreachable) await lane.leave(agent, gone);
      }
    }
  }

  #find(target: Target): Lane {
    const lane = this.#context.registry.get(target.tenant, target.app);
    if (!lane) throw new CordonError("ERR_APP_NOT_FOUND", { tenant: target.tenant, app: target.app });
    return lane;
  }

  #refuseLargeBody(request: IncomingMessage): void {
    const { requestBytes } = this.#context.limits;
    if (Number(request.headers["content-length"] ?? 0) > requestBytes) {
      throw new CordonError("ERR_BODY_TOO_LARGE", { limit: requestBytes });
    }
  }
}

/** When another try makes sense; what is wrong with the request itself does not mend with time. */
function retryHeader(error: unknown, lane: Lane | undefined): Record<string, string> {
  const isAppsFault = lane !== undefined && isCordonError(error) && error.status >= 502;
  return isAppsFault ? { "retry-after": String(lane.retryAfter()) } : {};
}

function readTarget(request: IncomingMessage): Target {
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  if (hosts.length > 1)
    throw new CordonError("ERR_REQUEST_INVALID", { reason: "expected one Host header, got more" });
  const target = parseTarget(request.url ?? "");
  if (!target) {
    const path = JSON.stringify((request.url ?? "").slice(0, 200));
    throw new CordonError("ERR_ROUTE_NOT_FOUND", { method: request.method ?? "", path });
  }
  return target;
}
