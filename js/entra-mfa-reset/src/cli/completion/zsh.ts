import { COMMAND_NAMES, type Command, info } from "../commands.js";
import { type Completed, PROGRAM, completed } from "./words.js";

/** For zsh, sourced or as a file named _entra-mfa-reset in the function path. */
export function zsh(): string {
  const commands = COMMAND_NAMES.map((name) => `        ${quoted(`${name}:${info(name).summary}`)}`);
  const cases = COMMAND_NAMES.map((name) => `        ${name})\n          _arguments -s -S \\\n${specs(name).map((spec) => `            ${spec}`).join(" \\\n")}\n          ;;`);
  return `#compdef ${PROGRAM}

_${PROGRAM}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C \\
    '(- *)'{-h,--help}'[say what there is]' \\
    '(- *)'{-V,--version}'[the version]' \\
    '1:command:->command' \\
    '*::argument:->argument'
  case $state in
    command)
      local -a commands
      commands=(
${commands.join("\n")}
      )
      _describe -t commands command commands
      ;;
    argument)
      case $words[1] in
${cases.join("\n")}
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _${PROGRAM} ]]; then
  _${PROGRAM} "$@"
else
  compdef _${PROGRAM} ${PROGRAM}
fi
`;
}

/** Nobody knows their names. A message alone would keep zsh from completing flags. */
const USERS = quoted('*:user:_guard "^-*" user');

function specs(command: Command): string[] {
  const { operands } = info(command);
  const operand = operands === undefined ? (command === "preflight" ? [] : [USERS]) : [quoted(`1:${command}:(${operands.join(" ")})`)];
  return [...completed(command).flatMap(spec), ...operand];
}

function spec(flag: Completed): string[] {
  const { spellings, multiple, negatable, brief, optional } = flag;
  const others = multiple === true ? "*" : spellings.length > 1 ? `(${spellings.join(" ")})` : "";
  const equals = flag.values === "none" ? "" : optional === undefined ? "=" : "=-";
  return spellings.map((spelling) => {
    const about = negatable === true && spelling.startsWith("--no-") ? `the opposite of --${flag.name}` : brief;
    const assigned = equals !== "" && !spelling.startsWith("--") ? "+" : equals;
    return quoted(`${others}${spelling}${assigned}[${about.replace(/[[\]:\\]/g, "\\$&")}]${value(flag)}`);
  });
}

function value({ values, value: name = "", words = [], optional }: Completed): string {
  const before = `${optional === undefined ? ":" : "::"}${name}:`;
  switch (values) {
    case "none":
      return "";
    case "free":
      return `${before} `;
    case "path":
      return `${before}_files`;
    case "words":
      return `${before}(${words.join(" ")})`;
    case "list":
      return `${before}_sequence compadd - ${words.join(" ")}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
