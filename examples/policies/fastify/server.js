// SPDX-License-Identifier: Apache-2.0
import Fastify from "fastify";

const app = Fastify();
app.get("/", async () => ({ hello: "from fastify" }));
await app.listen({ port: Number(process.env.PORT ?? 18481), host: "127.0.0.1" });
const answer = await fetch(`http://127.0.0.1:${app.server.address().port}/`);
console.log(answer.status, await answer.text());
await app.close();
