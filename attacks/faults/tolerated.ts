// SPDX-License-Identifier: Apache-2.0
// The calls whose failure is no refusal, each with the reason why the cell is walled all the same. The sweep holds
// every other one to a refusal, and these to a witness that finds nothing open.
import type { FaultSite } from "./jail.ts";

/** By function and call; `*` for every call of the function's. */
const sites: Readonly<Record<string, string>> = {
  "identity_drop_capabilities prctl":
    "ambient capabilities end with the permitted ones, which are looked at afterwards",
  "identity_forbid_nesting unshare": "it is to fail: what is tried here is forbidden",
  "identity_mount_map prctl":
    "the holder ends at once: its namespace was mapped by then, or the step refuses",
  "identity_mount_map waitpid": "the holder is dead already; the init reaps it as it reaps all",
  "write_file *": "of memfd_noexec alone: older kernels and ordinary users do without; the filters hold it",
  "remember fstat":
    "a directory that cannot be told for ours is not written to: the step that needs it refuses",
  "tree_set_attributes *":
    "a file system without id-mapped mounts: the cell's user meets its files as any other would",
  "change_mount *": "likewise",
  "open_source *": "likewise",
  "mount_map *": "likewise",
  "watch read": "the signal is read again",
  "watch poll": "interrupted, it is asked again",
  "enter_namespaces *": "a step that is interrupted begins again",
  "stage_send write": "interrupted, it is written again",
  "stage_expect read": "interrupted, it is read again",
  "listener_can_be_taken *": "the listener is handed over by another way then, or the start is refused there",
  "start_helper *":
    "a listener that is not handed over is asked for in the other way, or the cell is refused",
  "send_listener sendmsg": "likewise",
  "receive recvmsg": "a keeper that is gone opens nothing: the calls that it would do are refused",
  "stage_has_said recv": "what is not heard now is heard with the next event",
  "stage_receive recvmsg":
    "the channel's end is what the exec is told by; a message that is lost leaves the cell waiting, and refused",
  "start_helper setsockopt":
    "the helper waits longer for a program that has died; it is in the cell, and ends with it",
  "fd_memory memfd_create": "before Linux 6.3 the first form is unknown; the second is tried",
  "reset_signals signal": "SIGKILL and SIGSTOP have no other disposition (EINVAL)",
  "init_run SYS_keyctl":
    "ENOSYS, EPERM: nobody has keys, or a container's filter keeps the program from them too",
  "take_short_turns *": "ENOSYS, EPERM: a container's filter; the cell's turns are as long as anybody's",
  "launch_raise_descriptor_limit *": "fewer connects at a time",
  "launch SYS_clone3": "the init is made outside of the cgroup and joins it itself, or refuses",
  "cgroup_birthplace *": "likewise",
  "init_is_gone waitpid": "asked again",
  "loop epoll_wait": "interrupted, it is asked again",
  "from_signals read": "the signal is read again",
  "supervisor_off epoll_ctl": "closing the descriptor does the same",
  "supervisor_kill *": "the init is killed by its number then",
  "cgroup_remove *": "tried again",
  "cgroup_sweep *": "what was left over stays for the next start",
  "is_left_over *": "likewise",
  "cgroup_read *": "what is used is told by what is known already",
  "own_children getrusage": "likewise",
  "usage_read getrusage": "likewise",
  "children *": "a list that could not be read is read again",
  "flush write": "tried again; a host that is gone reads nothing",
  "status_drain *": "likewise",
  "watch_event read": "the timer is read again",
  "look_at_memory *": "the notice comes again; the last look is taken when the cell has ended",
  "take_notice pread": "likewise",
  "file_of *": "the watch looks again 50 ms later",
  "count_memory *": "likewise",
  "read_stat *": "likewise",
  "arm timerfd_settime":
    "of a timer that is there it cannot fail (timerfd_create(2)); at the start that is a refusal all the same",
  "be_nice *": "asked again; a second is all that it waits for",
  "attendant_wait *": "the attendant ends by itself",
  "plan_read read": "interrupted, it is read again",
};

/** Rooms that work for a program that runs already: their failures are its errors, or are tried again. */
const rooms = ["broker", "network", "dns", "record", "narrow", "where", "output"];
const byRoom = "it answers a call of the running program's: that call fails, or is answered again";

/** Why a failure here may leave the cell running; `undefined`: it may not. */
export function toleratedBecause({ file, function: name, call }: FaultSite): string | undefined {
  const room = file.split("/")[1] ?? "";
  if (rooms.includes(room) || /\/(?:report|channel|control)\.c$/.test(file)) return byRoom;
  return sites[`${name} ${call}`] ?? sites[`${name} *`];
}

/** The entries that name no site: what is listed here must exist. */
export function staleEntries(all: readonly FaultSite[]): readonly string[] {
  return Object.keys(sites).filter((key) => {
    const [name, call] = key.split(" ");
    return !all.some((site) => site.function === name && (call === "*" || site.call === call));
  });
}
