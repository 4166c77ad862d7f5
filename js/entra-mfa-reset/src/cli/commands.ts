import { type FlagName, SHELLS } from "./flags.js";

/** Flags that the help shows together. */
export interface Group {
  title: string;
  flags: readonly FlagName[];
}

/** One command: the parser, the help and the completions of the shells all read this. */
export interface CommandInfo {
  /** A few words for the list of commands. */
  summary: string;
  /** A paragraph for its own help. */
  about: string;
  /** What follows its name. */
  usage: readonly string[];
  /** What it takes beside flags, where that is no user. */
  operands?: readonly string[];
  groups: readonly Group[];
  /** Something to know below the flags. */
  note?: string;
  /** What follows the program's name. */
  examples: readonly string[];
}

const ADELE = "adele.vance@contoso.com";
const TICKET = "INC-1042";

const RESET: Group = {
  title: "What is reset",
  flags: ["methods", "method-ids", "keep", "revoke-sessions", "temporary-access-pass", "pass-once", "pass-start", "per-user-mfa", "not-after", "backup", "verify", "stable-only", "reason", "allow-privileged"],
};
const MANY: Group = { title: "Many users, all at once", flags: ["from", "from-format", "group", "summary"] };
const REMEMBERED: Group = { title: MANY.title, flags: [...MANY.flags, "journal", "retry", "passes", "backups"] };
const PASS: Group = { title: "The pass", flags: ["pass-minutes", "pass-once", "pass-start", "reason", "allow-privileged"] };
const BACKUP: Group = { title: "The backup", flags: ["backup-file", "not-after", "verify", "stable-only", "reason", "allow-privileged"] };
const NOTE: Group = { title: "Flags", flags: ["reason"] };

/** What every command about a tenant takes. */
export const COMMON: Group = {
  title: "Where and how",
  flags: ["sandbox", "cloud", "graph-url", "authority-host", "protect", "max-users", "calls-per-10s", "concurrency", "events", "events-format", "output", "yes", "no-color", "help", "version"],
};

export const COMMANDS = {
  preflight: {
    summary: "say what the credential allows, and what is missing; asks Graph nothing",
    about: "Says what the credential allows of a reset with the same flags: what works, what is missing, and in which words to ask for it. It reads the access token and asks Graph nothing. For reading alone: --methods none --no-revoke-sessions.",
    usage: ["[flags]"],
    groups: [RESET, COMMON],
    examples: ["preflight", "preflight --temporary-access-pass --per-user-mfa disabled", "preflight --output json"],
  },
  status: {
    summary: "list what is registered",
    about: "Lists what is registered for each user. Writes nothing.",
    usage: ["USER..."],
    groups: [COMMON],
    examples: [`status ${ADELE}`, `status ${ADELE} --output json`],
  },
  plan: {
    summary: "say what a reset would do, and write nothing",
    about: "Says what a reset with the same flags would do. Writes nothing.",
    usage: ["USER... [flags]", "--from FILE [flags]"],
    groups: [RESET, MANY, COMMON],
    examples: [`plan ${ADELE}`, `plan ${ADELE} --methods all --keep fido2`, "plan --group 0f0a7b2e-5d3c-4b58-9f1e-2f6f4f0b6f10"],
  },
  reset: {
    summary: "remove the methods, revoke the sessions, verify on the live list",
    about: "Removes the methods, revokes the sessions and verifies on the live list. It asks first, and of users that are named one by one it shows the plan.",
    usage: ["USER... [flags]", "--from FILE --journal FILE [flags]"],
    groups: [RESET, REMEMBERED, COMMON],
    note: "Reports of many users come in the order in which they finish. Ctrl-C finishes the users under way and says how to go on; a second one ends them, too.",
    examples: [
      `reset ${ADELE} --temporary-access-pass=60`,
      `reset ${ADELE} --methods phone,softwareOath`,
      `reset ${ADELE} --yes --output json`,
      "reset --from users.csv --journal run.journal --max-users 2000",
      "reset --from - --yes < users.csv",
    ],
  },
  "revoke-sessions": {
    summary: "revoke the sessions, and nothing else",
    about: "Revokes the sessions of each user, and nothing else. It asks first.",
    usage: ["USER... [flags]"],
    groups: [NOTE, COMMON],
    examples: [`revoke-sessions ${ADELE} --reason ${TICKET}`],
  },
  "issue-pass": {
    summary: "issue a Temporary Access Pass, and nothing else",
    about: "Issues a Temporary Access Pass to each user, and nothing else. An older pass is replaced. It asks first.",
    usage: ["USER... [flags]"],
    groups: [PASS, COMMON],
    examples: [`issue-pass ${ADELE} --pass-minutes 60`],
  },
  restore: {
    summary: "put a backup back, or register a user's new phone",
    about: "Puts a backup back, as far as Graph lets anybody but the user do it: phones, the e-mail address, external methods, hardware tokens (their holder activates them), the default and the per-user state. What is registered already stays as it is, and another number in its place is not overwritten. It shows what the backup holds, masked, and asks first.",
    usage: ["USER --backup-file FILE [flags]"],
    groups: [BACKUP, COMMON],
    note: `A file for a user's new phone is written by hand:
  {"phones":[{"phoneType":"mobile","phoneNumber":"+1 4255550100"}]}`,
    examples: [`restore ${ADELE} --backup-file run.backups`, `restore ${ADELE} --backup-file new-phone.json`],
  },
  completion: {
    summary: "print what makes a shell complete commands, flags and their values",
    about: `Prints what makes a shell complete commands, flags and their values. Once for each start of the shell:

  bash, in ~/.bashrc:
    source <(entra-mfa-reset completion bash)
  zsh, in ~/.zshrc, below compinit:
    source <(entra-mfa-reset completion zsh)
  fish, in config.fish:
    entra-mfa-reset completion fish | source
  PowerShell, in $PROFILE:
    entra-mfa-reset completion powershell | Out-String | Invoke-Expression`,
    usage: ["SHELL"],
    operands: SHELLS,
    groups: [{ title: "Flags", flags: ["no-color", "help"] }],
    examples: ["completion bash", "completion fish"],
  },
} as const satisfies Record<string, CommandInfo>;

export type Command = keyof typeof COMMANDS;
/** A command about a tenant. */
export type TenantCommand = Exclude<Command, "completion">;
/** A command that is about users. */
export type UserCommand = Exclude<TenantCommand, "preflight">;

export const COMMAND_NAMES = Object.keys(COMMANDS) as Command[];
/** Some of each, for the help of all. */
export const FIRST_EXAMPLES = [
  `status ${ADELE} --sandbox`,
  `plan ${ADELE}`,
  `reset ${ADELE} --temporary-access-pass=60`,
  `reset ${ADELE} --yes --output json`,
  "reset --from users.csv --journal run.journal --max-users 2000",
  `issue-pass ${ADELE} --pass-once`,
];

/** The same, where it does not matter which one it is. */
export function info(command: Command): CommandInfo {
  return COMMANDS[command];
}

/** The flags that a command shows. */
export function flagsOf(command: Command): FlagName[] {
  return info(command).groups.flatMap(({ flags }) => flags);
}
