import { COMMAND_NAMES, info } from "../commands.js";
import { COMPLETED, type Completed, PROGRAM, completed } from "./words.js";

/** For bash from 3.2 on, without bash-completion. */
export function bash(): string {
  const quoted = (words: readonly string[]): string => `'${words.join(" ")}'`;
  const values = COMPLETED.filter(({ values: kind }) => kind !== "none").map((flag) => `    ${flag.spellings.join("|")}) ${value(flag)} ;;`);
  const flags = COMMAND_NAMES.map((name) => `      ${name}) _entra_mfa_reset_words ${quoted(completed(name).flatMap(({ spellings }) => spellings.filter((spelling) => spelling.startsWith("--"))))} ;;`);
  const operands = COMMAND_NAMES.flatMap((name) => {
    const words = info(name).operands;
    return words === undefined ? [] : [`      ${name}) _entra_mfa_reset_words ${quoted(words)} ;;`];
  });
  return `# bash completion for ${PROGRAM}

# What is not to be completed with files; bash 3.2 cannot tell.
_entra_mfa_reset_only() {
  compopt "$1" default 2>/dev/null
  return 0
}

_entra_mfa_reset_words() {
  COMPREPLY=($(compgen -P "$head" -W "$1" -- "$cur"))
}

# Words with commas: the last one is completed.
_entra_mfa_reset_list() {
  case $cur in
    *,*) head=$head\${cur%,*},; cur=\${cur##*,} ;;
  esac
  _entra_mfa_reset_words "$1"
  compopt -o nospace 2>/dev/null
  return 0
}

_entra_mfa_reset() {
  local cur=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD-1]} head= attached= command= word=
  COMPREPLY=()
  # --flag=value comes as three words, or as one where the equals sign does not break words.
  case $cur in
    =) cur=; attached=1 ;;
    --*=*) flag=\${cur%%=*}; head=$flag=; cur=\${cur#*=}; attached=1 ;;
    *)
      if [ "$flag" = = ]; then
        flag=\${COMP_WORDS[COMP_CWORD-2]}; attached=1
      fi
      ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${COMMAND_NAMES.join("|")}) command=$word; break ;;
    esac
  done
  _entra_mfa_reset_only +o
  case $flag in
${values.join("\n")}
  esac
  case $command:$cur in
    :*) _entra_mfa_reset_words ${quoted([...COMMAND_NAMES, "--help", "--version"])} ;;
    *:-*) case $command in
${flags.join("\n")}
    esac ;;
    *) case $command in
${operands.join("\n")}
    esac ;;
  esac
  return 0
}

complete -o default -F _entra_mfa_reset ${PROGRAM}
`;
}

function value({ values, words = [], optional }: Completed): string {
  const done = {
    none: "return 0",
    free: "return 0",
    path: "_entra_mfa_reset_only -o; return 0",
    words: `_entra_mfa_reset_words '${words.join(" ")}'; return 0`,
    list: `_entra_mfa_reset_list '${words.join(" ")}'; return 0`,
  }[values];
  // A value that may be left out is one only behind an equals sign.
  return optional === undefined ? done : `if [ -n "$attached" ]; then ${done}; fi`;
}
