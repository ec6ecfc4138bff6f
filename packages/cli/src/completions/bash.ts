// SPDX-License-Identifier: Apache-2.0
import { commandTable } from "../command-line/table.ts";
import { type Completing, flagsOf } from "./words.ts";

/** The completions of bash (3.2 and newer), without the package bash-completion. */
export function bashCompletions(): string {
  const commands = Object.entries(commandTable);
  const flags = commands
    .filter(([, entry]) => flagsOf(entry).length > 0)
    .map(([name, entry]) => {
      const words = flagsOf(entry).flatMap(({ name: flag, value, optional }) =>
        value === undefined ? [flag] : optional && flag.startsWith("--") ? [flag, `${flag}=`] : [`${flag}=`],
      );
      return `        ${name}) flags='${words.join(" ")}' ;;`;
    });
  const words = commands.flatMap(([name, { takes }]) =>
    takes === "program" || takes.length === 0 ? [] : [`        ${name}) words='${takes.join(" ")}' ;;`],
  );
  const values = new Map<string, Set<string>>();
  const taking = new Set<string>();
  for (const [, entry] of commands) {
    for (const { name, value, optional } of flagsOf(entry)) {
      if (value === undefined) continue;
      const action = actionOf(value);
      const names = values.get(action) ?? new Set();
      values.set(action, names.add(name));
      if (entry.options.some((own) => own === name) && !optional) taking.add(name);
    }
  }
  const cases = [...values]
    .filter(([action]) => action !== "")
    .map(([action, names]) => `        ${[...names].join("|")}) ${action} ;;`);
  return `# Completions of cordon for bash, made by \`cordon completions bash\`.
_cordon_value() { # flag, what is typed of its value
    local head='' tail=$2
    case $2 in *,*) head=\${2%,*}, tail=\${2##*,} ;; esac
    COMPREPLY=()
    local IFS=$'\\n'
    case $1 in
${cases.join("\n")}
    esac
    local index
    for index in "\${!COMPREPLY[@]}"; do
        [[ -d \${COMPREPLY[index]} ]] && COMPREPLY[index]+=/
        COMPREPLY[index]=$head\${COMPREPLY[index]}
    done
    compopt -o nospace 2>/dev/null
    return 0
}

_cordon() {
    local current=\${COMP_WORDS[COMP_CWORD]} before='' flags='' words='' index word
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W '${commands.map(([name]) => name).join(" ")}' -- "$current"))
        return 0
    fi
    before=\${COMP_WORDS[COMP_CWORD - 1]}
    # Bash takes --flag=value apart at the equals sign.
    if [[ $current == '=' ]]; then
        _cordon_value "$before" ''
        return 0
    elif [[ $before == '=' ]]; then
        _cordon_value "\${COMP_WORDS[COMP_CWORD - 2]}" "$current"
        return 0
    fi
    case $before in
        ${[...taking].join("|")})
            _cordon_value "$before" "$current"
            return 0
            ;;
    esac
    case \${COMP_WORDS[1]} in
${flags.join("\n")}
    esac
    case \${COMP_WORDS[1]} in
${words.join("\n")}
    esac
    # What stands behind the program is the program's own.
    for ((index = 2; index < COMP_CWORD; index++)); do
        word=\${COMP_WORDS[index]}
        case $word in
            -*) continue ;;
            '=') ((index++)); continue ;;
        esac
        case \${COMP_WORDS[index - 1]} in
            ${[...taking].join("|")}) continue ;;
        esac
        flags='' words=''
    done
    if [[ $current == -* && -n $flags ]]; then
        COMPREPLY=($(compgen -W "$flags" -- "$current"))
        [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
        return 0
    fi
    if [[ -n $words ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
        return 0
    fi
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null
    return 0
}

complete -F _cordon cordon
`;
}

function actionOf(value: Completing): string {
  switch (value.kind) {
    case "directory":
      return 'COMPREPLY=($(compgen -d -- "$tail"))';
    case "file":
      return 'COMPREPLY=($(compgen -f -- "$tail"))';
    case "program":
      return 'COMPREPLY=($(compgen -c -- "$tail"))';
    case "variable":
      return 'COMPREPLY=($(compgen -e -- "$tail"))';
    case "text":
      return "";
    case "words":
      return `COMPREPLY=($(IFS=' '; compgen -W '${value.words.join(" ")}' -- "$tail"))`;
  }
}
