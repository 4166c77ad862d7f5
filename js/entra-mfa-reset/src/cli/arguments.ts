import { type ParseArgsConfig, parseArgs } from "node:util";
import { resolve } from "node:path";
import type { Cloud, IssuePassOptions, Kind, Limits, Methods, PassOptions, PassRequest, ResetRequest } from "../contract.js";
import { COMMAND_NAMES, type Command, type TenantCommand, flagsOf } from "./commands.js";
import { EVENT_FORMATS, type EventFileArguments } from "./event-file.js";
import { CLOUDS, DEFAULT_MAX_USERS, FLAGS, type FlagName, KINDS, OUTPUTS, type Output, PRESETS, REMOVABLE_KINDS, SHELLS, STATES, type Shell, type Values, flag, spellings } from "./flags.js";
import { didYouMean } from "./suggest.js";
import { UsageError } from "./usage.js";
import { FORMATS, type Format } from "./users.js";

/** What the command line asks for. */
export interface Arguments {
  command: TenantCommand;
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

/** Help, version and completion need nothing else. */
export type Invocation = { nothing: true } | { help: Command | undefined } | { version: true } | { completion: Shell } | { run: Arguments };

const NAMES = Object.keys(FLAGS) as FlagName[];
const OPTIONS: NonNullable<ParseArgsConfig["options"]> = Object.fromEntries(
  NAMES.flatMap((name) => {
    const { type, short, multiple = false, negatable } = flag(name);
    const option = [name, { type, multiple, ...(short !== undefined && { short }) }] as const;
    return negatable === true ? [option, [`no-${name}`, { type }] as const] : [option];
  }),
);
/** Flags whose value is optional, which parseArgs does not know: `--flag=VALUE` becomes another flag. */
const OPTIONAL_VALUE = new Map(NAMES.map((name) => [`--${name}`, flag(name).optional]));

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
  const command = COMMAND_NAMES.find((known) => known === name);
  if (values.help === true || (name === "help" && users.length < 2)) {
    return { help: command ?? COMMAND_NAMES.find((known) => known === users[0]) };
  }
  if (values.version === true) {
    return { version: true };
  }
  if (name === undefined) {
    return { nothing: true };
  }
  if (command === undefined) {
    throw noCommand(name);
  }
  checkFlags(values, command);
  if (command === "completion") {
    return { completion: shell(users) };
  }
  const most = wholeNumber(values["max-users"], "--max-users") ?? DEFAULT_MAX_USERS;
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

function noCommand(name: string): UsageError {
  // What stands there may be a secret, and is not repeated.
  const hint = name.includes("@") ? ["The command comes before the user."] : didYouMean(name, COMMAND_NAMES);
  return new UsageError("There is no such command.", [...hint, `The commands are ${COMMAND_NAMES.join(", ")}.`].join(" "));
}

function checkFlags(values: Values, command: Command): void {
  const shown = flagsOf(command);
  const allowed = new Set(shown.flatMap((name) => [...spellings(name), `--${flag(name).optional}`]));
  for (const name of Object.keys(values)) {
    if (!allowed.has(`--${name}`)) {
      const others = COMMAND_NAMES.filter((other) => flagsOf(other).some((known) => spellings(known).includes(`--${name}`)));
      const whose = others.length > 0 ? `It is a flag of ${others.join(", ")}. ` : "";
      throw new UsageError(`${command} takes no --${name}.`, `${whose}Run entra-mfa-reset ${command} --help for its flags.`);
    }
  }
}

function shell([name, ...others]: string[]): Shell {
  const found = SHELLS.find((known) => known === name);
  if (found === undefined || others.length > 0) {
    throw new UsageError(`completion takes one of ${SHELLS.join(", ")}.`, "Run entra-mfa-reset completion --help for what to do with it.");
  }
  return found;
}

function read(args: string[]): { values: Values; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: true });
    return { values: values as Values, positionals };
  } catch (error) {
    throw explain(error, COMMAND_NAMES.find((command) => args.includes(command)));
  }
}

/** parseArgs' own texts quote the argument, and a stray argument may be a secret. */
function explain(error: unknown, command: Command | undefined): UsageError {
  const text = error instanceof Error ? error.message : "";
  const name = /'(-{1,2}[A-Za-z][\w-]*)/.exec(text)?.[1];
  if (name === undefined) {
    return new UsageError("The arguments cannot be read.");
  }
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    return new UsageError(`${name} has no value, or one too many.`);
  }
  const known = (command === undefined ? NAMES : flagsOf(command)).flatMap((each) => spellings(each)).filter((spelling) => spelling.startsWith("--"));
  const whose = command === undefined ? "" : ` ${command}`;
  return new UsageError(`There is no flag ${name}.`, [...didYouMean(name, known), `Run entra-mfa-reset${whose} --help for the flags.`].join(" "));
}

function spell(argument: string): string[] {
  const at = argument.indexOf("=");
  const name = at < 0 ? undefined : OPTIONAL_VALUE.get(argument.slice(0, at));
  return name === undefined ? [argument] : [argument.slice(0, at), `--${name}=${argument.slice(at + 1)}`];
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

function checkUsers(users: string[], command: TenantCommand, most: number, isBulk: boolean): void {
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

function request(values: Values, options: PassOptions, command: TenantCommand): Omit<ResetRequest, "user"> {
  const wantsPass = values["temporary-access-pass"] === true;
  if (!wantsPass && Object.keys(options).length > 0 && command !== "issue-pass") {
    throw new UsageError("--pass-minutes, --pass-once and --pass-start describe a pass that nothing asks for.", "Add --temporary-access-pass.");
  }
  const pass: PassRequest = Object.keys(options).length > 0 ? options : true;
  return {
    ...defined("methods", methods(values.methods)),
    ...(values["method-ids"] !== undefined && { methodIds: list(values["method-ids"]) }),
    ...defined("keep", kept(values.keep)),
    ...defined("revokeSessions", either(values, "revoke-sessions", "no-revoke-sessions")),
    ...(wantsPass && { temporaryAccessPass: pass }),
    ...defined("perUserMfa", oneOf(values["per-user-mfa"], STATES, "--per-user-mfa")),
    ...defined("notAfter", values["not-after"]),
    ...(values.backup === true && { backup: true }),
    ...defined("verify", either(values, "verify", "no-verify")),
    ...(values["stable-only"] === true && { stableOnly: true }),
  };
}

/** A preset, or kinds. */
function methods(given: string[] | undefined): Methods | undefined {
  if (given === undefined) {
    return undefined;
  }
  const names = list(given);
  const preset = PRESETS.find((known) => names.includes(known));
  if (preset !== undefined && names.length > 1) {
    throw new UsageError(`--methods ${preset} stands alone.`, "Give it, or kinds.");
  }
  const strange = names.find((name) => preset === undefined && !KINDS.some((kind) => kind === name));
  if (strange !== undefined) {
    throw new UsageError(`--methods knows no ${strange}.`, [...didYouMean(strange, [...PRESETS, ...KINDS]), `It takes ${PRESETS.join(", ")}, or kinds: ${REMOVABLE_KINDS.join(", ")}.`].join(" "));
  }
  return preset ?? (names as Kind[]);
}

/** Kinds or ids. A kind that is misspelt would cost somebody what was to be kept. */
function kept(given: string[] | undefined): string[] | undefined {
  const names = given && list(given);
  for (const name of names ?? []) {
    const hint = KINDS.some((kind) => kind === name) ? [] : didYouMean(name, KINDS);
    if (hint.length > 0) {
      throw new UsageError(`--keep knows no ${name}.`, hint.join(" "));
    }
  }
  return names;
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

function either(values: Values, yes: FlagName, no: keyof Values): boolean | undefined {
  if (values[yes] === true && values[no] === true) {
    throw new UsageError(`--${yes} and --${no} contradict each other.`);
  }
  return values[yes] === true ? true : values[no] === true ? false : undefined;
}

function list(given: readonly string[] | undefined): string[] {
  return (given ?? []).flatMap((text) => text.split(",")).map((text) => text.trim()).filter((text) => text !== "");
}

function wholeNumber(text: string | undefined, name: string): number | undefined {
  if (text !== undefined && !/^\d{1,9}$/.test(text)) {
    throw new UsageError(`${name} takes a whole number.`);
  }
  return text === undefined ? undefined : Number(text);
}

function oneOf<T extends string>(text: string | undefined, known: readonly T[], name: string): T | undefined {
  const found = known.find((word) => word === text);
  if (text !== undefined && found === undefined) {
    throw new UsageError(`${name} is one of ${known.join(", ")}.`, didYouMean(text, known).join(" ") || undefined);
  }
  return found;
}

function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}
