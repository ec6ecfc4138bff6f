// SPDX-License-Identifier: Apache-2.0
export { Container, type ContainerRun } from "./container.ts";
export { containerFor } from "./container-for.ts";
export { findRuntime, type FoundRuntime } from "./find-runtime.ts";
export { writeBundle } from "./write-bundle.ts";
