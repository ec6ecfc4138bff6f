// SPDX-License-Identifier: Apache-2.0

/** What the kernel does with a system call. */
export type SeccompAction =
  | { readonly kind: "allow" }
  | { readonly kind: "notify" }
  | { readonly kind: "errno"; readonly errno: ErrnoName };

// x86-64 and arm64 share these numbers (asm-generic/errno.h).
const errnoNumbers = {
  EPERM: 1,
  EACCES: 13,
  EINVAL: 22,
  ENOSYS: 38,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
} as const;

/** The errors that a filter answers with. */
export type ErrnoName = keyof typeof errnoNumbers;

const SECCOMP_RET_ALLOW = 0x7fff0000;
const SECCOMP_RET_USER_NOTIF = 0x7fc00000;
const SECCOMP_RET_ERRNO = 0x00050000;

export const allow: SeccompAction = Object.freeze({ kind: "allow" });
export const notify: SeccompAction = Object.freeze({ kind: "notify" });

/** The action that answers a call with an error, without running it. */
export function refuse(errno: ErrnoName): SeccompAction {
  return { kind: "errno", errno };
}

/** The value a filter returns to the kernel for this action. */
export function encodeAction(action: SeccompAction): number {
  switch (action.kind) {
    case "allow":
      return SECCOMP_RET_ALLOW;
    case "notify":
      return SECCOMP_RET_USER_NOTIF;
    case "errno":
      return SECCOMP_RET_ERRNO | errnoNumbers[action.errno];
  }
}

/** The action that a filter's return value means. Throws on a value that no filter of ours returns. */
export function decodeAction(value: number): SeccompAction {
  if (value === SECCOMP_RET_ALLOW) return allow;
  if (value === SECCOMP_RET_USER_NOTIF) return notify;
  for (const [name, number] of Object.entries(errnoNumbers)) {
    if (value === (SECCOMP_RET_ERRNO | number)) return refuse(name as ErrnoName);
  }
  throw new RangeError(`Expected a return value of a Cordon filter, got 0x${value.toString(16)}`);
}

/** Whether two actions are the same. */
export function sameAction(a: SeccompAction, b: SeccompAction): boolean {
  return encodeAction(a) === encodeAction(b);
}
