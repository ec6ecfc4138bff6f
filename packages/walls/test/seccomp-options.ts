// SPDX-License-Identifier: Apache-2.0
import type { SeccompOptions } from "../src/seccomp/index.ts";

const both = [false, true] as const;

/** Every combination of the options, on both architectures. */
export const allOptions: readonly SeccompOptions[] = (["x64", "arm64"] as const).flatMap((arch) =>
  both.flatMap((children) =>
    both.flatMap((signals) =>
      both.flatMap((metadata) =>
        both.map((unixSockets) => ({ arch, children, signals, metadata, unixSockets })),
      ),
    ),
  ),
);

/** A cell without grants on a host where all walls are up. */
export const ordinary: SeccompOptions = {
  arch: "x64",
  children: false,
  signals: true,
  metadata: true,
  unixSockets: false,
};
