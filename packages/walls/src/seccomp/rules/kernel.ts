// SPDX-License-Identifier: Apache-2.0
import { refuse } from "../action.ts";
import type { RuleEntry } from "./rule.ts";
import { always } from "./rule.ts";

const refused = (reason: string) => always(refuse("EPERM"), reason);

/** System calls that no program in a cell is ever to make: named with a reason, for `cordon explain`. */
export function kernelRules(): readonly RuleEntry[] {
  return [
    [
      "mount umount2 mount_setattr move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick",
      refused("changes mounts"),
    ],
    // New calls: programs that know them know kernels without them.
    ["statmount listmount", always(refuse("ENOSYS"), "shows the machine's mounts")],
    ["bpf perf_event_open", refused("code and probes in the kernel")],
    ["add_key request_key keyctl", refused("keys that outlive the cell")],
    [
      "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink" +
        " mq_timedsend mq_timedreceive mq_notify mq_getsetattr",
      refused("memory and queues shared by name with neighbours"),
    ],
    [
      "init_module finit_module delete_module create_module query_module get_kernel_syms kexec_load kexec_file_load" +
        " reboot swapon swapoff acct quotactl quotactl_fd syslog sethostname setdomainname nfsservctl vhangup",
      refused("administers the machine"),
    ],
    ["fanotify_init fanotify_mark", refused("watches the whole file system")],
    ["iopl ioperm modify_ldt set_thread_area get_thread_area", refused("processor tables and ports")],
    ["lookup_dcookie sysfs ustat _sysctl uselib", refused("interfaces that were given up")],
    [
      "epoll_ctl_old epoll_wait_old getpmsg putpmsg afs_syscall tuxcall security vserver",
      refused("numbers without a call behind them"),
    ],
  ];
}
