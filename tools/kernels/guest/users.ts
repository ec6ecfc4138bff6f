// SPDX-License-Identifier: Apache-2.0

/** The user without privileges whose column the machine runs. */
export const ordinary: { readonly name: string; readonly uid: number; readonly home: string } = {
  name: "ordinary",
  uid: 64_001,
  home: "/home/ordinary",
};
