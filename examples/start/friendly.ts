// SPDX-License-Identifier: Apache-2.0
import type { Row } from "./row.ts";

/** Asks the fetch handler and the Express application what anybody would ask them. */
export async function askFriendly(url: string): Promise<readonly Row[]> {
  const notes = `${url}/run/bob/notes`;
  const text = `written at ${Date.now()}`;
  return [
    await ask("alice/hello", "GET /?name=Ada", `${url}/run/alice/hello/?name=Ada`, {}, '"hello":"Ada"'),
    await ask("alice/hello", "POST /", `${url}/run/alice/hello/`, { method: "POST", body: "echo" }, "echo"),
    await ask("bob/notes", "POST /api/notes", `${notes}/api/notes`, postJson({ text }), text),
    await ask("bob/notes", "GET /api/notes", `${notes}/api/notes`, {}, text),
    await ask("bob/notes", "GET / (a view, cookies, gzip)", `${notes}/`, {}, `<li>${text}</li>`),
    await ask("bob/notes", "GET /public/style.css", `${notes}/public/style.css`, {}, "font-family"),
  ];
}

async function ask(
  app: string,
  what: string,
  url: string,
  init: RequestInit,
  expected: string,
): Promise<Row> {
  const answer = await fetch(url, init);
  const body = await answer.text();
  const ok = answer.ok && body.includes(expected);
  const shown = body.replaceAll(/\s+/g, " ").slice(0, 80);
  return {
    app,
    what,
    status: String(answer.status),
    result: ok ? shown : `expected ${expected}, got ${shown}`,
    ok,
  };
}

function postJson(body: unknown): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}
