// SPDX-License-Identifier: Apache-2.0
import { commandTable } from "../command-line/table.ts";
import { type Completed, type Completing, flagsOf } from "./words.ts";

/** The completions of zsh: a file `_cordon` for a directory of `$fpath`. */
export function zshCompletions(): string {
  const commands = Object.entries(commandTable);
  const cases = commands.map(([name, entry]) => {
    const { takes } = entry;
    const behind =
      takes === "program"
        ? ["'1:program:_files'", "'*::arguments:_files'"]
        : takes.length > 0
          ? [`'1:word:(${takes.join(" ")})'`]
          : [];
    const specs = [...flagsOf(entry).map(specOf), ...behind];
    return specs.length === 0
      ? `        ${name}) ;;`
      : `        ${name})\n            _arguments -S -A '-*' \\\n${specs.map((spec) => `                ${spec}`).join(" \\\n")}\n            ;;`;
  });
  return `#compdef cordon
# Completions of cordon for zsh, made by \`cordon completions zsh\`.
_cordon() {
    local context state state_descr line
    typeset -A opt_args
    _arguments -C '1:command:->command' '*::argument:->argument' && return
    case $state in
    command)
        local -a commands=(
${commands.map(([name, { description }]) => `            ${quote(`${name}:${description}`)}`).join("\n")}
        )
        _describe command commands
        ;;
    argument)
        case $words[1] in
${cases.join("\n")}
        esac
        ;;
    esac
}

if [[ $funcstack[1] == _cordon ]]; then
    _cordon "$@"
else
    compdef _cordon cordon
fi
`;
}

function specOf({ name, value, optional, list, description }: Completed): string {
  const about = `[${description.replaceAll(/[[\]\\:]/g, "\\$&")}]`;
  if (value === undefined) return quote(`*${name}${about}`);
  const action = actionOf(value);
  const values = list && action !== " " ? `_sequence ${action}` : action;
  // \`=-\` wants the value in the same word; a second colon lets it be absent.
  return quote(`*${name}=-${about}${optional ? "::" : ":"}value:${values}`);
}

function actionOf(value: Completing): string {
  switch (value.kind) {
    case "directory":
      return "_files -/";
    case "file":
      return "_files";
    case "program":
      return "_command_names -e";
    case "variable":
      return "_parameters -g '*export*'";
    case "text":
      return " ";
    case "words":
      return `compadd - ${value.words.join(" ")}`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
