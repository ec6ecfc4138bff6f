// SPDX-License-Identifier: Apache-2.0
import type { Target } from "../target.ts";
import { channel } from "./channel.ts";
import { drops } from "./drops.ts";
import { log } from "./log.ts";
import { status } from "./status.ts";
import { told } from "./told.ts";

/** Everything of the host's that reads what a cell wrote, but for HTTP: that is Node's parser (packages/server/test). */
export const targets: readonly Target[] = [status, drops, channel, told, log];
