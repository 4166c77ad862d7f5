import type { Cloud, Kind, PerUserMfaState, Preset } from "../contract.js";
import { EVENT_FORMATS } from "./event-file.js";
import { FORMATS } from "./users.js";

/** One flag: the parser, the help and the completions of the shells all read this. */
export interface Flag {
  type: "boolean" | "string";
  /** A letter that means the same. */
  short?: string;
  /** May be given more than once. */
  multiple?: true;
  /** There is `--no-NAME`, too. */
  negatable?: true;
  /** What stands for its value in the help. */
  value?: string;
  /** The value may be left out, and otherwise follows an equals sign; another flag holds it then. */
  optional?: string;
  /** What the value is one of. */
  words?: readonly string[];
  /** The value is a list of them, with commas. */
  list?: true;
  /** The value is a path. */
  path?: true;
  /** It only holds another one's optional value. */
  hidden?: true;
  /** What the library calls it. */
  field?: string;
  about: string;
}

export const OUTPUTS = ["table", "json", "ndjson"] as const;
export type Output = (typeof OUTPUTS)[number];

export const CLOUDS = ["global", "usGov", "usGovDoD", "china"] as const satisfies readonly Cloud[];
export const STATES = ["disabled", "enabled", "enforced"] as const satisfies readonly PerUserMfaState[];
export const PRESETS = ["reRegister", "contactDetails", "all", "none"] as const satisfies readonly Preset[];
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

/** Whether a reset can remove it. A record, so that the compiler misses none. */
const REMOVABLE: Record<Kind, boolean> = {
  phone: true,
  microsoftAuthenticator: true,
  passwordlessMicrosoftAuthenticator: true,
  softwareOath: true,
  hardwareOath: true,
  fido2: true,
  windowsHelloForBusiness: true,
  platformCredential: true,
  email: true,
  temporaryAccessPass: true,
  qrCodePin: true,
  external: true,
  resourceAccountKey: true,
  password: false,
  unknown: false,
};
export const KINDS = Object.keys(REMOVABLE) as Kind[];
export const REMOVABLE_KINDS = KINDS.filter((kind) => REMOVABLE[kind]);

export const DEFAULT_MAX_USERS = 100;

export const FLAGS = {
  methods: { type: "string", multiple: true, value: "WHAT", words: [...PRESETS, ...REMOVABLE_KINDS], list: true, field: "methods", about: `reRegister (default), contactDetails, all, none, or kinds with commas between them: ${REMOVABLE_KINDS.join(", ")}` },
  "method-ids": { type: "string", multiple: true, value: "ID,ID", field: "methodIds", about: "only these methods, whatever their kind" },
  keep: { type: "string", multiple: true, value: "WHAT,WHAT", words: REMOVABLE_KINDS, list: true, field: "keep", about: "kinds or method ids that are never touched" },
  "revoke-sessions": { type: "boolean", negatable: true, field: "revokeSessions", about: "revoke the sessions (default, but for none and contactDetails)" },
  "temporary-access-pass": { type: "boolean", value: "MIN", optional: "pass-minutes", field: "temporaryAccessPass", about: "issue a pass first, for so many minutes; when it is refused, nothing is removed" },
  "pass-minutes": { type: "string", value: "MIN", field: "lifetimeInMinutes", about: "how long the pass works" },
  "pass-once": { type: "boolean", negatable: true, field: "isUsableOnce", about: "whether the pass works once only" },
  "pass-start": { type: "string", value: "TIME", field: "startDateTime", about: "from when the pass works, RFC 3339" },
  "per-user-mfa": { type: "string", value: "STATE", words: STATES, field: "perUserMfa", about: "set the legacy state: disabled, enabled or enforced" },
  "not-after": { type: "string", value: "TIME", field: "notAfter", about: "refuse what has not begun by then, RFC 3339" },
  backup: { type: "boolean", field: "backup", about: "put what can be restored into the report, whole phone numbers included" },
  verify: { type: "boolean", negatable: true, field: "verify", about: "wait for the live list (default)" },
  "stable-only": { type: "boolean", field: "stableOnly", about: "never call Graph's beta version" },
  reason: { type: "string", value: "TEXT", field: "reason", about: "a ticket or a note, echoed into the report" },
  "allow-privileged": { type: "boolean", value: "ifUnreadable", optional: "allow-privileged-value", words: ["ifUnreadable"], field: "allowPrivileged", about: "a privileged user, too; with =ifUnreadable only where the guard may not look" },
  "allow-privileged-value": { type: "string", hidden: true, about: "" },

  "backup-file": { type: "string", value: "FILE", path: true, about: "a backup, a report that has one, a list of reports, or the lines of --backups, in which the user is looked up; - is the standard input. Numbers are never an argument: other users of the machine can read those" },

  from: { type: "string", multiple: true, value: "FILE", path: true, about: "users from a file, or - for the standard input; may be repeated" },
  "from-format": { type: "string", value: "FORM", words: FORMATS, about: "csv, ndjson or lines, where name and content do not tell. csv: the column userPrincipalName, id, or the first one; ndjson: a request or a user in each line" },
  group: { type: "string", multiple: true, value: "ID", about: "the users among a group's members, nested groups included; may be repeated" },
  summary: { type: "string", value: "FILE", path: true, about: "write the totals as JSON, too" },
  journal: { type: "string", value: "FILE", path: true, about: "remember on disk what is begun and finished; the same command then goes on where it ended, and removes nothing that was registered since" },
  retry: { type: "boolean", about: "also redo whom the journal has as finished, but not complete" },
  passes: { type: "string", value: "FILE", path: true, about: "write passes there instead of into the report; only its owner may read it" },
  backups: { type: "string", value: "FILE", path: true, about: "write backups there instead of into the report; only its owner may read it" },

  sandbox: { type: "boolean", about: "run on an embedded, simulated tenant; no account needed" },
  cloud: { type: "string", value: "NAME", words: CLOUDS, field: "cloud", about: "global (default), usGov, usGovDoD or china" },
  "graph-url": { type: "string", value: "URL", field: "graphUrl", about: "another origin for Graph" },
  "authority-host": { type: "string", value: "URL", field: "authorityHost", about: "another origin for the sign-in service" },
  protect: { type: "string", multiple: true, value: "USER", field: "protect", about: "always refuse this user; may be repeated" },
  "max-users": { type: "string", value: "N", about: `refuse more users than that (${DEFAULT_MAX_USERS}), before any is touched` },
  "calls-per-10s": { type: "string", value: "N", field: "callsPer10s", about: "send Graph no more calls than that in ten seconds" },
  concurrency: { type: "string", value: "N", field: "concurrency", about: "HTTP requests in flight at most (8)" },
  events: { type: "string", value: "FILE", path: true, about: "append every step to it as it happens, one JSON a line: an audit trail that only its owner may read; where it cannot be written, nobody else is touched" },
  "events-format": { type: "string", value: "FORM", words: EVENT_FORMATS, about: "json (default), or ocsf for the OCSF class Account Change" },
  output: { type: "string", short: "o", value: "FORM", words: OUTPUTS, about: "table (default), json or ndjson; json is a list when several users are named" },
  yes: { type: "boolean", short: "y", about: "do not ask; without a terminal it is required" },
  "no-color": { type: "boolean", about: "no colours; NO_COLOR does the same, and FORCE_COLOR the opposite" },
  help: { type: "boolean", short: "h", about: "this text, or a command's own" },
  version: { type: "boolean", short: "V", about: "the version" },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;

/** The same, where it does not matter which one it is. */
export function flag(name: FlagName): Flag {
  return FLAGS[name];
}

type Negatable = { [F in FlagName]: (typeof FLAGS)[F] extends { negatable: true } ? F : never }[FlagName];

/** What the command line gives each flag. */
export type Values = {
  [F in FlagName]?: (typeof FLAGS)[F] extends { multiple: true } ? string[] : (typeof FLAGS)[F] extends { type: "string" } ? string : boolean;
} & { [F in Negatable as `no-${F}`]?: boolean };

/** How a flag can be written, without its value. */
export function spellings(name: FlagName): string[] {
  const { short, negatable } = flag(name);
  return [...(short === undefined ? [] : [`-${short}`]), `--${name}`, ...(negatable === true ? [`--no-${name}`] : [])];
}

const NAMES = Object.keys(FLAGS) as FlagName[];
const BY_FIELD = new Map(
  NAMES.flatMap((name) => {
    const { field } = flag(name);
    return field === undefined ? [] : [[field, `--${name}`] as const];
  }),
);

/** The engine's words, which are the library's, with the flags of the command in them. */
export function inFlags(text: string): string {
  // Plain words and kinds are fields only where they are quoted.
  return text.replace(/`(\w+)`|\b[a-z]+[A-Z]\w+\b/g, (word, quoted: string | undefined) =>
    (quoted === undefined && KINDS.some((kind) => kind === word) ? undefined : BY_FIELD.get(quoted ?? word)) ?? word,
  );
}
