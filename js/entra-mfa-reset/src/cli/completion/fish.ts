import { COMMAND_NAMES, info } from "../commands.js";
import { COMPLETED, type Completed, PROGRAM } from "./words.js";

/** For fish from 3.0 on, sourced or as a file in its folder of completions. */
export function fish(): string {
  const commands = COMMAND_NAMES.map((name) => `complete -c ${PROGRAM} -n __fish_use_subcommand -a ${name} -d ${quoted(info(name).summary)}`);
  const operands = COMMAND_NAMES.flatMap((name) => {
    const words = info(name).operands;
    return words === undefined ? [] : [`complete -c ${PROGRAM} -n ${seen([name])} -a ${quoted(words.join(" "))}`];
  });
  return `# fish completion for ${PROGRAM}
complete -c ${PROGRAM} -e
complete -c ${PROGRAM} -f
${[...commands, ...operands, ...COMPLETED.flatMap(lines)].join("\n")}
`;
}

function lines(flag: Completed): string[] {
  const { name, short, negatable, brief, commands } = flag;
  const line = (long: string, about: string): string =>
    `complete -c ${PROGRAM} -n ${seen(commands)} -l ${long}${short === undefined ? "" : ` -s ${short}`}${value(flag)} -d ${quoted(about)}`;
  return [line(name, brief), ...(negatable === true ? [line(`no-${name}`, `the opposite of --${name}`)] : [])];
}

function value({ values, words = [], optional }: Completed): string {
  const all = words.join(" ");
  // A value that may be left out is one only behind an equals sign, which fish knows by itself.
  const required = optional === undefined ? " -x" : "";
  return {
    none: "",
    free: required,
    path: " -r -F",
    words: `${required} -a ${quoted(all)}`,
    list: `${required} -a ${quoted(`(__fish_complete_list , 'string split " " "${all}"')`)}`,
  }[values];
}

function seen(commands: readonly string[]): string {
  return quoted(`__fish_seen_subcommand_from ${commands.join(" ")}`);
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
