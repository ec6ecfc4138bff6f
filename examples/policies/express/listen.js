// SPDX-License-Identifier: Apache-2.0
import express from "express";

const app = express();
app.get("/", (request, response) => {
  response.send("hello");
  console.log("asked", request.path);
});
const server = app.listen(0, "127.0.0.1", () => console.log("listening", server.address().port));
