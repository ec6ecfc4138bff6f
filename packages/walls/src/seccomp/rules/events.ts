// SPDX-License-Identifier: Apache-2.0
import { allow, refuse } from "../action.ts";
import type { RuleEntry } from "./rule.ts";
import { always } from "./rule.ts";

/** System calls that wait, and that tell the time. */
export function eventRules(): readonly RuleEntry[] {
  return [
    [
      "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2" +
        " eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime",
      always(allow, "waits for descriptors"),
    ],
    [
      "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time",
      always(allow, "reads the clock and sleeps"),
    ],
    [
      "clock_settime clock_adjtime adjtimex settimeofday",
      always(refuse("EPERM"), "changes the machine's clock"),
    ],
    [
      // libuv dies if this kills, and goes on with epoll if there is no such call.
      "io_uring_setup io_uring_enter io_uring_register",
      always(refuse("ENOSYS"), "makes calls that no filter sees"),
    ],
    [
      "io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents",
      always(refuse("EPERM"), "makes calls that no filter sees"),
    ],
  ];
}
