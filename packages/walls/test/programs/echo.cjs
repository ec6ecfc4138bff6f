// SPDX-License-Identifier: Apache-2.0
"use strict";
process.on("message", (message) => process.send(message));
