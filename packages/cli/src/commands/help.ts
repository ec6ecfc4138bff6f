// SPDX-License-Identifier: Apache-2.0

const HELP = `Cordon runs Node.js code that nobody vouches for. One policy says what the code may touch;
the Linux kernel holds it to that. Without a grant a program gets nothing but itself.

  cordon run [options] [grants] script.js [args]   run a script, or a program of node_modules/.bin
  cordon explain [options] [grants] [script.js]    say what that run could do, and start nothing
  cordon explain [options] [grants] QUESTION...    may it? ./.env, host:443, run:git, env:HOME, SCOPE:VALUE
  cordon learn [options] script.js [args]          run without walls, and write down a policy for it
  cordon oci --output=DIR [grants] script.js       write it down as a bundle for runc, crun, runsc or Kata
  cordon integrity [--write] PATH...               pin files by their hashes in the policy
  cordon doctor                                    say what this host can enforce, with remedies
  cordon serve                                     host other people's code over HTTP
  cordon completions bash|zsh|fish                 print what completes these words in a shell

options of run and explain
  --policy=FILE    the policy file; none is taken that is not named
  --node=PATH      the Node that runs the program (20.0 or newer)
  --resolver=LIST  nameservers to ask for granted names (ADDRESS or ADDRESS:PORT) in place of the host's
  --walls=LIST     the walls that stay of namespaces,filters,runtime; or -NAME to take one away
  --inspect[=[HOST:]PORT], --inspect-brk[=…]   a debugger on this machine's loopback (default: port 9229)
  --node-config=FILE   the permission object of Node's configuration file, as grants
  --safe-mode      the program's own directory, to read and to write, and nothing else
  --audit=FILE     run: writes refusals down as JSON lines, with where JavaScript asked
  --audit-policy=FILE   likewise what this second policy would refuse; it refuses nothing
  --with=RUNTIME   run: in a container of runc's, crun's or runsc's, by name or absolute path
  --verbose        run: sum up on stderr what was refused (always done on a terminal)
  --ask=QUESTION   explain: a question about the script that follows; ends with 1 if anything asked is refused
  --json           explain, doctor: as data

options of oci: --policy, --node, --walls, --node-config, --safe-mode and --json as above, and
  --output=DIR     the bundle's directory, empty or not there yet
  --with=RUNTIME   whom it is for: runc (default; Kata too), crun, runsc

options of learn
  --output=FILE    where the policy goes (default: ./cordon.json); --merge widens the one that is there
  --check          run once more, under what was learnt
  --node=PATH      as for run

options of serve
  --listen=HOST:PORT   default 127.0.0.1:7420
  --data=DIRECTORY     where apps and the admin token are kept (default: ./.cordon/data)
  --policy=FILE        the most that any tenant gets

grants (comma lists and repetition add up; each has a --deny- twin)
  --allow-fs-read=PATH  --allow-fs-write=PATH     a file, or a directory with all below it
  --allow-net=HOST:PORT --allow-listen=PORT       addresses, ranges, names, \`public\`; udp:// in front
  --allow-unix=PATH     --allow-env=NAME          sockets; variables by name or PREFIX_*
  --allow-run=PROGRAM   --allow-addons=PATH       subprocesses; native code
  --allow-worker  --allow-wasi  --allow-ffi  --allow-inspector  --allow-sys=NAME
  --deny-builtins=MODULE                          no require, no import of child_process, say

limits
  --limit-memory=256MB  --limit-processes=32  --limit-wall-time=30s  --limit-open-files=512
  --limit-scratch=64MB  --accept=clock,limits        of what less than all is enough

exit codes: the program's own; 128+n if signal n ended it; 125 if Cordon could not start it, 126 if it
cannot be executed, 127 if it is not there.
`;

/** `cordon help`. */
export function help(): number {
  process.stdout.write(HELP);
  return 0;
}
