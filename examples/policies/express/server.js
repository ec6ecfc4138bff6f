// SPDX-License-Identifier: Apache-2.0
import express from "express";

const app = express();
app.get("/", (_request, response) => response.json({ hello: "from express" }));
const server = app.listen(Number(process.env.PORT ?? 18480), "127.0.0.1", async () => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`);
  console.log(answer.status, await answer.text());
  server.close();
});
