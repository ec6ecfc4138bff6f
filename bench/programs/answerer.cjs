// SPDX-License-Identifier: Apache-2.0
// An HTTP server in a process of its own, which says its port.
const server = require("node:http").createServer((_request, response) => response.end("ok"));
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
