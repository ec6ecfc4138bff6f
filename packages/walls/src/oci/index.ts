// SPDX-License-Identifier: Apache-2.0
export { type OciBundle, ociConfigText } from "./bundle.ts";
export { type ContainerHold, containerHolds } from "./held.ts";
export type { BundleEntry } from "./mounts.ts";
export { type Container, type ContainerOptions, resolveContainer } from "./resolve.ts";
export { hasOwnKernel, type OciRuntime, ociRuntimes } from "./runtimes.ts";
export type { OciConfig } from "./spec.ts";
