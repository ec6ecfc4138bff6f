// SPDX-License-Identifier: Apache-2.0
import { commandTable } from "../command-line/table.ts";
import { type Completing, flagsOf } from "./words.ts";

/** The completions of fish: a file `cordon.fish` in ~/.config/fish/completions. */
export function fishCompletions(): string {
  const commands = Object.entries(commandTable);
  const lines = commands.flatMap(([name, entry]) => {
    const { takes } = entry;
    const condition = `-n '__fish_seen_subcommand_from ${name}'`;
    const flags = flagsOf(entry).map(({ name: flag, value, optional, description }) => {
      const spelling = flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
      const values = value === undefined ? "" : ` ${valueOf(value, optional)}`;
      return `complete -c cordon ${condition} ${spelling}${values} -d ${quote(description)}`;
    });
    const behind =
      takes === "program"
        ? [`complete -c cordon ${condition} -F`]
        : takes.length > 0
          ? [`complete -c cordon ${condition} -a ${quote(takes.join(" "))}`]
          : [];
    return [...flags, ...behind];
  });
  return `# Completions of cordon for fish, made by \`cordon completions fish\`.
complete -c cordon -f
${commands.map(([name, { description }]) => `complete -c cordon -n __fish_use_subcommand -a ${name} -d ${quote(description)}`).join("\n")}
${lines.join("\n")}
`;
}

/** What may be absent is no parameter that fish would ask for. */
function valueOf(value: Completing, optional: boolean): string {
  const action = actionOf(value);
  return optional ? action.replace(/^-x/, "-f") : `-r ${action}`;
}

function actionOf(value: Completing): string {
  switch (value.kind) {
    case "directory":
      return "-x -a '(__fish_complete_directories)'";
    case "file":
      return "-F";
    case "program":
      return "-x -a '(__fish_complete_command)'";
    case "variable":
      return "-x -a '(set -nx)'";
    case "text":
      return "-x";
    case "words":
      return `-x -a ${quote(value.words.join(" "))}`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
