// SPDX-License-Identifier: Apache-2.0

/** What a cell must be able to do for signals to reach its program. */
interface Signalled {
  signal(name: NodeJS.Signals): void | Promise<void>;
}

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;

/**
 * Passes on the signals that the command gets. The cell is in a session of its own, so what the terminal sends (Ctrl-C,
 * a new size) reaches the command alone, and the program gets each signal once.
 */
export function forwardSignals(cell: Signalled): Disposable {
  const forward = (name: NodeJS.Signals): void => void cell.signal(name);
  // The program's process group is orphaned, and there the kernel drops SIGTSTP: stop it outright, then ourselves.
  const suspend = (): void => {
    void cell.signal("SIGSTOP");
    process.kill(process.pid, "SIGSTOP");
  };
  const resume = (): void => void cell.signal("SIGCONT");
  for (const name of FORWARDED) process.on(name, forward);
  process.on("SIGTSTP", suspend);
  process.on("SIGCONT", resume);
  return {
    [Symbol.dispose]() {
      for (const name of FORWARDED) process.off(name, forward);
      process.off("SIGTSTP", suspend);
      process.off("SIGCONT", resume);
    },
  };
}
