import { COMMANDS, COMMAND_NAMES, COMMON, type Command, FIRST_EXAMPLES, type Group, info } from "./commands.js";
import { type FlagName, flag, spellings } from "./flags.js";
import { EXIT } from "./terminal.js";
import { hanging, paragraphs, width, wrap } from "./text.js";

const PROGRAM = "entra-mfa-reset";
const INDENT = "  ";
const CONTINUED = " \\";
/** Longer lines are hard to read. */
const WIDEST = 100;
/** What stands on the left takes at most this part of a line; what is longer has a line of its own. */
const LEFT = 0.4;

const CREDENTIALS: readonly Row[] = [
  ["ENTRA_ACCESS_TOKEN", "a token for Microsoft Graph"],
  ["AZURE_TENANT_ID and AZURE_CLIENT_ID", "an application, which signs in with the first of"],
  ["  AZURE_CLIENT_SECRET", "its secret"],
  ["  AZURE_CLIENT_CERTIFICATE_PATH", "a PEM file with its certificate and RSA private key, without a password"],
  ["  AZURE_FEDERATED_TOKEN_FILE", "a file with another issuer's token, read anew each time"],
  ["IDENTITY_ENDPOINT", "the managed identity, or with AZURE_CLIENT_ID that one. App Service, Functions and Container Apps set it, with IDENTITY_HEADER; on a virtual machine set it to http://169.254.169.254"],
];

const EXITS: readonly Row[] = [
  [`${EXIT.ok}`, "complete, planned or ready"],
  [`${EXIT.less}`, "anything less"],
  [`${EXIT.usage}`, "usage"],
  [`${EXIT.guarded}`, "refused by a guard"],
  [`${EXIT.notPermitted}`, "not signed in, or not permitted"],
  [`${EXIT.ended}`, "ended by a second Ctrl-C"],
];

type Row = readonly [name: string, about: string];

/** The help of a command, or of all. */
export function help(command: Command | undefined, columns: number): string {
  const most = Math.min(columns, WIDEST);
  return join(command === undefined ? general(most) : own(command, most));
}

/** What there is, for somebody who has said nothing. */
export function overview(columns: number): string {
  const most = Math.min(columns, WIDEST);
  return join([...commands(most), "", ...section("Without an account, on a simulated tenant", examples(FIRST_EXAMPLES.slice(0, 1), most), most), "", ...wrap(`Run ${PROGRAM} --help for more.`, most)]);
}

function general(columns: number): string[] {
  return [
    ...wrap("Resets the multifactor authentication of Microsoft Entra ID users.", columns),
    "",
    ...usage(["COMMAND USER... [flags]"], columns),
    "",
    ...wrap("A user is an object id or a user principal name. plan and reset take whole files and groups of them, too.", columns),
    "",
    ...commands(columns),
    "",
    ...flags(COMMON, columns),
    "",
    ...section("Credentials come from the environment, never from an argument. The first that is set counts", rows(CREDENTIALS, columns), columns),
    ...wrap("AZURE_AUTHORITY_HOST names another sign-in service.", columns),
    "",
    ...section("Exit codes", rows(EXITS, columns), columns),
    ...wrap("With several users it is the highest of theirs; with many at once it is 1 when theirs differ.", columns),
    "",
    ...section("Examples", examples(FIRST_EXAMPLES, columns), columns),
    "",
    ...wrap(`Run ${PROGRAM} COMMAND --help for a command's flags.`, columns),
  ];
}

function own(command: Command, columns: number): string[] {
  const { about, usage: ways, groups, note, examples: lines } = info(command);
  return [
    ...paragraphs(about, columns),
    "",
    ...usage(ways.map((way) => `${command} ${way}`), columns),
    ...groups.flatMap((group) => ["", ...flags(group, columns)]),
    ...(note === undefined ? [] : ["", ...paragraphs(note, columns)]),
    "",
    ...section("Examples", examples(lines, columns), columns),
    ...(command === "completion" ? [] : ["", ...wrap(`Credentials come from the environment: ${PROGRAM} --help names the variables. --sandbox needs none.`, columns)]),
  ];
}

function usage(ways: readonly string[], columns: number): string[] {
  const title = "Usage: ";
  const lines = ways.flatMap((way) => hanging(`${PROGRAM} ${way}`, INDENT.length, columns - title.length));
  return lines.map((line, at) => (at === 0 ? title : " ".repeat(title.length)) + line);
}

function commands(columns: number): string[] {
  return section("Commands", rows(COMMAND_NAMES.map((name) => [name, COMMANDS[name].summary]), columns), columns);
}

function flags({ title, flags: names }: Group, columns: number): string[] {
  return section(title, rows(names.map((name) => [spelled(name), flag(name).about]), columns), columns);
}

/** A flag as the help writes it: `-o, --output FORM`, `--[no-]verify`, `--temporary-access-pass[=MIN]`. */
function spelled(name: FlagName): string {
  const { value, optional, negatable } = flag(name);
  const names = negatable === true ? `--[no-]${name}` : spellings(name).join(", ");
  return `${names}${value === undefined ? "" : optional === undefined ? ` ${value}` : `[=${value}]`}`;
}

/** Lines that can be pasted into a shell, however narrow: no word is broken. */
function examples(lines: readonly string[], columns: number): string[] {
  return lines.flatMap((line) => {
    const whole = `${PROGRAM} ${line}`;
    const room = Math.max(columns - 2 * INDENT.length - CONTINUED.length, ...whole.split(" ").map(width));
    const parts = width(whole) + INDENT.length <= columns ? [whole] : wrap(whole, room);
    return parts.map((part, at) => `${INDENT}${at === 0 ? "" : INDENT}${part}${at < parts.length - 1 ? CONTINUED : ""}`);
  });
}

function section(title: string, lines: readonly string[], columns: number): string[] {
  return [...wrap(`${title}:`, columns), ...lines];
}

/** Names on the left, and what they are about beside them, or below. */
function rows(all: readonly Row[], columns: number): string[] {
  const left = Math.floor(columns * LEFT);
  const fitting = all.map(([name]) => width(name)).filter((length) => length <= left);
  const isBeside = fitting.length > all.length / 2;
  const names = isBeside ? Math.max(...fitting) : 2 * INDENT.length;
  const gap = " ".repeat(INDENT.length + names + 2);
  return all.flatMap(([name, about]) => {
    const lines = wrap(about, Math.max(1, columns - gap.length));
    const shares = isBeside && width(name) <= names;
    const first = shares ? `${INDENT}${name.padEnd(names)}  ${lines.shift() ?? ""}` : `${INDENT}${name}`;
    return [first, ...lines.map((line) => gap + line)];
  });
}

function join(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
