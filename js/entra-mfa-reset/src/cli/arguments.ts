import { type ParseArgsConfig, parseArgs } from "node:util";
import { resolve } from "node:path";
import type { Cloud, IssuePassOptions, Kind, Limits, Methods, PassOptions, PassRequest, PerUserMfaState, ResetRequest } from "../contract.js";
import { EVENT_FORMATS, type EventFileArguments } from "./event-file.js";
import { UsageError } from "./usage.js";
import { FORMATS, type Format } from "./users.js";

/** What the command line asks for. */
export interface Arguments {
  command: Command;
  users: string[];
  /** Present where many users are done at once. */
  bulk: BulkArguments | undefined;
  /** What differs from the defaults, without the user. */
  request: Omit<ResetRequest, "user">;
  pass: IssuePassOptions;
  /** Of a restore: where the backup is. */
  backupFile: string | undefined;
  client: ClientArguments;
  sandbox: boolean;
  events: EventFileArguments | undefined;
  output: Output;
  yes: boolean;
}

/** Where many users come from, and where what becomes of them goes. */
export interface BulkArguments {
  from: string[];
  format: Format | undefined;
  groups: string[];
  maxUsers: number;
  journal: string | undefined;
  retry: boolean;
  passes: string | undefined;
  backups: string | undefined;
  summary: string | undefined;
}

/** How the client is made. */
export interface ClientArguments {
  cloud?: Cloud;
  graphUrl?: string;
  authorityHost?: string;
  protect: string[];
  limits?: Limits;
}

/** Help and version need nothing else. */
export type Invocation = { help: Command | undefined } | { version: true } | { run: Arguments };

export const COMMANDS = ["preflight", "status", "plan", "reset", "revoke-sessions", "issue-pass", "restore"] as const;
export type Command = (typeof COMMANDS)[number];
/** A command that is about users. */
export type UserCommand = Exclude<Command, "preflight">;

const OUTPUTS = ["table", "json", "ndjson"] as const;
export type Output = (typeof OUTPUTS)[number];

const CLOUDS: readonly Cloud[] = ["global", "usGov", "usGovDoD", "china"];
const STATES: readonly PerUserMfaState[] = ["disabled", "enabled", "enforced"];
const PRESETS = ["reRegister", "contactDetails", "all", "none"] as const;
const MAX_USERS = 100;

const COMMON = {
  protect: { type: "string", multiple: true },
  "graph-url": { type: "string" },
  "authority-host": { type: "string" },
  cloud: { type: "string" },
  sandbox: { type: "boolean" },
  output: { type: "string", short: "o" },
  yes: { type: "boolean", short: "y" },
  "max-users": { type: "string" },
  "calls-per-10s": { type: "string" },
  concurrency: { type: "string" },
  events: { type: "string" },
  "events-format": { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
  "no-color": { type: "boolean" },
} as const;

const PASS = {
  "pass-minutes": { type: "string" },
  "pass-once": { type: "boolean" },
  "no-pass-once": { type: "boolean" },
  "pass-start": { type: "string" },
  "allow-privileged": { type: "boolean" },
  "allow-privileged-value": { type: "string" },
} as const;

const REASON = { reason: { type: "string" } } as const;

const RESET = {
  ...PASS,
  ...REASON,
  methods: { type: "string", multiple: true },
  "method-ids": { type: "string", multiple: true },
  keep: { type: "string", multiple: true },
  "revoke-sessions": { type: "boolean" },
  "no-revoke-sessions": { type: "boolean" },
  "temporary-access-pass": { type: "boolean" },
  "per-user-mfa": { type: "string" },
  "not-after": { type: "string" },
  backup: { type: "boolean" },
  verify: { type: "boolean" },
  "no-verify": { type: "boolean" },
  "stable-only": { type: "boolean" },
} as const;

const RESTORE = {
  ...REASON,
  "backup-file": { type: "string" },
  "allow-privileged": { type: "boolean" },
  "allow-privileged-value": { type: "string" },
  "not-after": { type: "string" },
  verify: { type: "boolean" },
  "no-verify": { type: "boolean" },
  "stable-only": { type: "boolean" },
} as const;

const MANY = {
  from: { type: "string", multiple: true },
  "from-format": { type: "string" },
  group: { type: "string", multiple: true },
  summary: { type: "string" },
} as const;

const FILES = {
  journal: { type: "string" },
  retry: { type: "boolean" },
  passes: { type: "string" },
  backups: { type: "string" },
} as const;

const ALL = { ...COMMON, ...RESET, ...RESTORE, ...MANY, ...FILES } as const;
type Flag = keyof typeof ALL;

const ALLOWED: Record<Command, readonly string[]> = {
  preflight: Object.keys(RESET),
  status: [],
  plan: Object.keys({ ...RESET, ...MANY }),
  reset: Object.keys({ ...RESET, ...MANY, ...FILES }),
  "revoke-sessions": Object.keys(REASON),
  "issue-pass": Object.keys({ ...PASS, ...REASON }),
  restore: Object.keys(RESTORE),
};

/** Flags whose value is optional, which parseArgs does not know: `--flag=VALUE` becomes another flag. */
const OPTIONAL_VALUE: Record<string, Flag> = {
  "--temporary-access-pass": "pass-minutes",
  "--allow-privileged": "allow-privileged-value",
};

const SECRET_FLAG = /^--?(access-?token|token|client-?secret|secret|password|bearer|authorization)$/i;
/** Every JWT begins with `{"` in base64url; some names do too. */
const TOKEN = /^(?:[Bb]earer\s+)?eyJ[^@]*$/;
const SECRET_HELP =
  "Other users of this machine can read arguments. Set ENTRA_ACCESS_TOKEN, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.";

/** Reads the command line. */
export function parse(argv: readonly string[]): Invocation {
  refuseSecrets(argv);
  const { values, positionals } = read(argv.flatMap(spell));
  const [name, ...users] = positionals;
  const command = COMMANDS.find((known) => known === name);
  if (values.help === true || (name === "help" && users.length < 2)) {
    return { help: command ?? COMMANDS.find((known) => known === users[0]) };
  }
  if (values.version === true) {
    return { version: true };
  }
  if (name === undefined) {
    throw new UsageError(`A command is missing: ${COMMANDS.join(", ")}.`);
  }
  if (command === undefined) {
    throw new UsageError(`There is no such command. The commands are ${COMMANDS.join(", ")}.`);
  }
  for (const flag of Object.keys(values)) {
    if (!(flag in COMMON) && !ALLOWED[command].includes(flag)) {
      throw new UsageError(`${command} takes no --${flag}.`, `Run entra-mfa-reset ${command} --help for its flags.`);
    }
  }
  const most = wholeNumber(values["max-users"], "--max-users") ?? MAX_USERS;
  const many = bulk(values, most);
  checkUsers(users, command, most, many !== undefined);
  const backupFile = values["backup-file"];
  if (command === "restore" && backupFile === undefined) {
    throw new UsageError("restore needs a backup.", "Add --backup-file FILE, or --backup-file - for the standard input.");
  }
  const minutes = wholeNumber(values["pass-minutes"], "--pass-minutes");
  const options: PassOptions = {
    ...(minutes !== undefined && { lifetimeInMinutes: minutes }),
    ...defined("isUsableOnce", either(values, "pass-once", "no-pass-once")),
    ...defined("startDateTime", values["pass-start"]),
  };
  const privileged = allowPrivileged(values);
  const common = { ...defined("reason", values.reason), ...(privileged !== false && { allowPrivileged: privileged }) };
  return {
    run: {
      command,
      users,
      bulk: many,
      request: { ...request(values, options, command), ...common, ...(many?.backups !== undefined && { backup: true }) },
      pass: { ...options, ...common },
      backupFile,
      client: {
        ...defined("cloud", oneOf(values.cloud, CLOUDS, "--cloud")),
        ...defined("graphUrl", values["graph-url"]),
        ...defined("authorityHost", values["authority-host"]),
        protect: list(values.protect),
        ...limits(values, many),
      },
      sandbox: values.sandbox === true,
      events: events(values),
      output: oneOf(values.output, OUTPUTS, "--output") ?? "table",
      yes: values.yes === true,
    },
  };
}

type Values = { [F in Flag]?: (typeof ALL)[F] extends { multiple: true } ? string[] : (typeof ALL)[F] extends { type: "string" } ? string : boolean };

function read(args: string[]): { values: Values; positionals: string[] } {
  const config = { args, options: ALL, allowPositionals: true, strict: true } satisfies ParseArgsConfig;
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(explain(error));
  }
}

/** parseArgs' own texts quote the argument, and a stray argument may be a secret. */
function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : "";
  const flag = /'(-{1,2}[A-Za-z][\w-]*)/.exec(text)?.[1];
  if (flag === undefined) {
    return "The arguments cannot be read.";
  }
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ERR_PARSE_ARGS_UNKNOWN_OPTION" ? `There is no flag ${flag}.` : `${flag} has no value, or one too many.`;
}

function spell(argument: string): string[] {
  const at = argument.indexOf("=");
  const flag = at < 0 ? undefined : OPTIONAL_VALUE[argument.slice(0, at)];
  return flag === undefined ? [argument] : [argument.slice(0, at), `--${flag}=${argument.slice(at + 1)}`];
}

function refuseSecrets(argv: readonly string[]): void {
  for (const argument of argv) {
    const [flag = "", value = ""] = argument.split("=", 2);
    if (SECRET_FLAG.test(flag)) {
      throw new UsageError(`${flag} is not a flag: a secret is never an argument.`, SECRET_HELP);
    }
    if (TOKEN.test(argument) || TOKEN.test(value)) {
      throw new UsageError("An argument looks like a token: a secret is never an argument.", SECRET_HELP);
    }
  }
}

function checkUsers(users: string[], command: Command, most: number, isBulk: boolean): void {
  if (command === "preflight") {
    if (users.length > 0) {
      throw new UsageError("preflight asks about the credential, and takes no user.");
    }
    return;
  }
  if (users.length === 0 && !isBulk) {
    throw new UsageError("A user is missing.", `entra-mfa-reset ${command} adele.vance@contoso.com`);
  }
  const number = users.find((user) => /^\d+$/.test(user));
  if (number !== undefined) {
    throw new UsageError(`${number} is no user.`, "A flag's optional value follows an equals sign: --temporary-access-pass=60.");
  }
  if (users.length > most) {
    throw new UsageError(`These are ${users.length} users, and at most ${most} are allowed.`, "Raise --max-users if that is meant.");
  }
}

/** Several users that are named as arguments alone are done one after another, with every step shown. */
function bulk(values: Values, maxUsers: number): BulkArguments | undefined {
  const { from = [], group = [], journal, passes, backups, summary, retry } = values;
  const format = oneOf(values["from-format"], FORMATS, "--from-format");
  if (format !== undefined && from.length === 0) {
    throw new UsageError("--from-format describes a file that nothing names.", "Add --from.");
  }
  if (from.filter((path) => path === "-").length > 1) {
    throw new UsageError("--from - can be given once.");
  }
  if (retry === true && journal === undefined) {
    throw new UsageError("--retry needs the journal that says whom.", "Add --journal.");
  }
  if (passes !== undefined && values["temporary-access-pass"] !== true) {
    throw new UsageError("--passes names a file for passes that nothing asks for.", "Add --temporary-access-pass.");
  }
  const files = [journal, passes, backups, summary, ...from].filter((path) => path !== undefined && path !== "-");
  const named = [...files, values.events].filter((path) => path !== undefined).map((path) => resolve(path));
  if (new Set(named).size < named.length) {
    throw new UsageError("The same file is named for two things.");
  }
  return from.length === 0 && group.length === 0 && files.length === 0
    ? undefined
    : { from, format, groups: group, maxUsers, journal, retry: retry === true, passes, backups, summary };
}

function events({ events: path, "events-format": name }: Values): EventFileArguments | undefined {
  const format = oneOf(name, EVENT_FORMATS, "--events-format");
  if (path === undefined && format !== undefined) {
    throw new UsageError("--events-format describes a file that nothing names.", "Add --events.");
  }
  return path === undefined ? undefined : { path, format: format ?? "json" };
}

function limits(values: Values, many: BulkArguments | undefined): { limits?: Limits } {
  const callsPer10s = wholeNumber(values["calls-per-10s"], "--calls-per-10s");
  const concurrency = wholeNumber(values.concurrency, "--concurrency");
  const given: Limits = {
    ...(callsPer10s !== undefined && { callsPer10s }),
    ...(concurrency !== undefined && { concurrency }),
    ...(many !== undefined && { users: many.maxUsers }),
  };
  return Object.keys(given).length > 0 ? { limits: given } : {};
}

function request(values: Values, options: PassOptions, command: Command): Omit<ResetRequest, "user"> {
  const wantsPass = values["temporary-access-pass"] === true;
  if (!wantsPass && Object.keys(options).length > 0 && command !== "issue-pass") {
    throw new UsageError("--pass-minutes, --pass-once and --pass-start describe a pass that nothing asks for.", "Add --temporary-access-pass.");
  }
  const pass: PassRequest = Object.keys(options).length > 0 ? options : true;
  return {
    ...defined("methods", methods(values.methods)),
    ...(values["method-ids"] !== undefined && { methodIds: list(values["method-ids"]) }),
    ...(values.keep !== undefined && { keep: list(values.keep) }),
    ...defined("revokeSessions", either(values, "revoke-sessions", "no-revoke-sessions")),
    ...(wantsPass && { temporaryAccessPass: pass }),
    ...defined("perUserMfa", oneOf(values["per-user-mfa"], STATES, "--per-user-mfa")),
    ...defined("notAfter", values["not-after"]),
    ...(values.backup === true && { backup: true }),
    ...defined("verify", either(values, "verify", "no-verify")),
    ...(values["stable-only"] === true && { stableOnly: true }),
  };
}

/** A preset, or kinds; the engine says which kinds there are. */
function methods(given: string[] | undefined): Methods | undefined {
  if (given === undefined) {
    return undefined;
  }
  const names = list(given);
  const preset = PRESETS.find((known) => names.length === 1 && known === names[0]);
  return preset ?? (names as Kind[]);
}

function allowPrivileged(values: Values): boolean | "ifUnreadable" {
  switch (values["allow-privileged-value"]) {
    case undefined:
      return values["allow-privileged"] === true;
    case "true":
      return true;
    case "ifUnreadable":
      return "ifUnreadable";
    default:
      throw new UsageError("--allow-privileged takes no value, or ifUnreadable.");
  }
}

function either(values: Values, yes: Flag, no: Flag): boolean | undefined {
  if (values[yes] === true && values[no] === true) {
    throw new UsageError(`--${yes} and --${no} contradict each other.`);
  }
  return values[yes] === true ? true : values[no] === true ? false : undefined;
}

function list(given: readonly string[] | undefined): string[] {
  return (given ?? []).flatMap((text) => text.split(",")).map((text) => text.trim()).filter((text) => text !== "");
}

function wholeNumber(text: string | undefined, flag: string): number | undefined {
  if (text !== undefined && !/^\d{1,9}$/.test(text)) {
    throw new UsageError(`${flag} takes a whole number.`);
  }
  return text === undefined ? undefined : Number(text);
}

function oneOf<T extends string>(text: string | undefined, known: readonly T[], flag: string): T | undefined {
  const found = known.find((name) => name === text);
  if (text !== undefined && found === undefined) {
    throw new UsageError(`${flag} is one of ${known.join(", ")}.`);
  }
  return found;
}

function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}
