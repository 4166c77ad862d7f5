import { COMMAND_NAMES, type Command, flagsOf } from "../commands.js";
import { type Flag, type FlagName, flag, spellings } from "../flags.js";

export const PROGRAM = "entra-mfa-reset";

/** One flag of a command, as a shell sees it. */
export interface Completed extends Flag {
  name: FlagName;
  /** Every way to write it. */
  spellings: readonly string[];
  /** Which commands take it. */
  commands: readonly Command[];
  /** A few words. */
  brief: string;
  /** What the value is. */
  values: "none" | "free" | "path" | "words" | "list";
}

/** The flags that the help shows, of all commands. */
export const COMPLETED: readonly Completed[] = [...new Set(COMMAND_NAMES.flatMap(flagsOf))].map((name) => {
  const found = flag(name);
  const { value, words, list, path, about } = found;
  return {
    ...found,
    name,
    spellings: spellings(name),
    commands: COMMAND_NAMES.filter((command) => flagsOf(command).includes(name)),
    brief: about.split(/[;:] |\. /, 1)[0] ?? "",
    values: value === undefined ? "none" : path === true ? "path" : words === undefined ? "free" : list === true ? "list" : "words",
  };
});

/** The flags of one command. */
export function completed(command: Command): Completed[] {
  return COMPLETED.filter(({ commands }) => commands.includes(command));
}
