// SPDX-License-Identifier: Apache-2.0
console.log(`Hello from process ${process.pid}`);
