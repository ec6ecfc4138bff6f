// SPDX-License-Identifier: Apache-2.0
"use strict";
const { join } = require("node:path");
const compression = require("compression");
const cookieParser = require("cookie-parser");
const express = require("express");

const app = express();
app.set("views", join(__dirname, "views"));
app.set("view engine", "ejs");
app.use(compression(), cookieParser(), express.json({ limit: "100kb" }));
app.use("/public", express.static(join(__dirname, "public")));

const notes = [];

app.get("/", (request, response) => {
  const visits = Number(request.cookies.visits ?? 0) + 1;
  response.cookie("visits", String(visits), { path: request.get("x-forwarded-prefix") ?? "/" });
  response.render("index", { notes, visits });
});

app.get("/api/notes", (_request, response) => response.json(notes));

app.post("/api/notes", (request, response) => {
  const note = { id: notes.length + 1, text: String(request.body?.text ?? "") };
  notes.push(note);
  response.status(201).location(`notes/${note.id}`).json(note);
});

app.get("/api/notes/:id", (request, response) => {
  const note = notes.find(({ id }) => id === Number(request.params.id));
  if (note) response.json(note);
  else response.status(404).json({ error: "there is no such note" });
});

app.listen(3000, () => console.log("listening on 3000, like many others on this host"));
