// SPDX-License-Identifier: Apache-2.0
export default [{ rules: { "no-unused-vars": "error", "prefer-const": "error" } }];
