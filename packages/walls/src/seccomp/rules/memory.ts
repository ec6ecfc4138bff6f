// SPDX-License-Identifier: Apache-2.0
import { allow, notify, refuse } from "../action.ts";
import type { RuleEntry } from "./rule.ts";
import { always, anyBit, is, noBit, rule, when } from "./rule.ts";

const PROT_EXEC = 4;
const MAP_ANONYMOUS = 0x20;
const MADV_MERGEABLE = 12;

/** System calls on the process's own memory. */
export function memoryRules(): readonly RuleEntry[] {
  return [
    [
      "brk munmap mremap mprotect msync mlock mlock2 munlock pkey_mprotect pkey_alloc pkey_free",
      always(allow, "the process's own memory"),
    ],
    [
      "mmap",
      rule(
        [
          when(
            [anyBit(2, PROT_EXEC), noBit(3, MAP_ANONYMOUS)],
            notify,
            "for executable mappings of files: native code",
          ),
        ],
        allow,
        "the process's own memory",
      ),
    ],
    [
      "madvise",
      rule(
        [when([is(2, MADV_MERGEABLE)], refuse("EPERM"), "to merge pages with neighbours'")],
        allow,
        "the process's own memory",
      ),
    ],
    ["memfd_create memfd_secret", always(refuse("EPERM"), "files that no path rule sees, to execute from")],
    ["remap_file_pages", always(refuse("EPERM"), "mappings that the check of mmap would not see")],
    ["map_shadow_stack mseal", always(refuse("ENOSYS"), "libc goes on without")],
    ["mlockall munlockall", always(refuse("EPERM"), "memory that cannot be taken back")],
    [
      "mbind set_mempolicy get_mempolicy set_mempolicy_home_node migrate_pages move_pages",
      always(refuse("EPERM"), "placement of memory, of other processes too"),
    ],
    [
      "process_madvise process_mrelease process_vm_readv process_vm_writev",
      always(refuse("EPERM"), "another process's memory"),
    ],
    ["userfaultfd", always(refuse("EPERM"), "stops the kernel in the middle of a copy")],
  ];
}
