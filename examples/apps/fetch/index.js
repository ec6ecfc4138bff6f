// SPDX-License-Identifier: Apache-2.0

/** The smallest shape of an app: one function from a Request to a Response. */
export default {
  async fetch(request) {
    const url = new URL(request.url);
    if (request.method === "POST") return new Response(await request.text(), { status: 201 });
    return Response.json({ hello: url.searchParams.get("name") ?? "world", path: url.pathname });
  },
};
