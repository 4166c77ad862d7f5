import type { Command } from "./arguments.js";

const HEAD = `Resets the multifactor authentication of Microsoft Entra ID users.

Usage: entra-mfa-reset COMMAND USER... [flags]
       entra-mfa-reset preflight [flags]

A user is an object id or a user principal name. plan and reset take whole files and groups of them, too.

Commands:
  preflight         say what the credential allows, and what is missing; asks Graph nothing
  status            list what is registered
  plan              say what a reset would do, and write nothing
  reset             remove the methods, revoke the sessions, verify on the live list
  revoke-sessions   revoke the sessions, and nothing else
  issue-pass        issue a Temporary Access Pass, and nothing else
  restore           put a backup back, or register a user's new phone
`;

const USAGE: Record<Command, string> = {
  preflight: `Says what the credential allows of a reset with the same flags: what works, what is missing, and in which words to
ask for it. It reads the access token and asks Graph nothing. For reading alone: --methods none --no-revoke-sessions.

Usage: entra-mfa-reset preflight [flags]
`,
  status: `Lists what is registered for each user. Writes nothing.

Usage: entra-mfa-reset status USER...
`,
  plan: `Says what a reset with the same flags would do. Writes nothing.

Usage: entra-mfa-reset plan USER... [flags]
       entra-mfa-reset plan --from FILE [flags]
`,
  reset: `Removes the methods, revokes the sessions and verifies on the live list. It asks first, and of users that are
named one by one it shows the plan.

Usage: entra-mfa-reset reset USER... [flags]
       entra-mfa-reset reset --from FILE --journal FILE [flags]
`,
  "revoke-sessions": `Revokes the sessions of each user, and nothing else. It asks first.

Usage: entra-mfa-reset revoke-sessions USER... [flags]
`,
  "issue-pass": `Issues a Temporary Access Pass to each user, and nothing else. An older pass is replaced. It asks first.

Usage: entra-mfa-reset issue-pass USER... [flags]
`,
  restore: `Puts a backup back, as far as Graph lets anybody but the user do it: phones, the e-mail address, external methods,
hardware tokens (their holder activates them), the default and the per-user state. What is registered already stays as
it is, and another number in its place is not overwritten. It shows what the backup holds, masked, and asks first.

Usage: entra-mfa-reset restore USER --backup-file FILE [flags]
`,
};

const RESET_FLAGS = `
What is reset:
  --methods WHAT                reRegister (default), all, contactDetails, none, or kinds: phone,softwareOath
  --method-ids ID,ID            only these methods, whatever their kind
  --keep WHAT,WHAT              kinds or method ids that are never touched
  --revoke-sessions             revoke the sessions (default, but for none and contactDetails)
  --no-revoke-sessions          leave them
  --temporary-access-pass[=MIN] issue a pass first; when it is refused, nothing is removed
  --pass-once, --no-pass-once   whether the pass works once only
  --pass-start TIME             from when the pass works, RFC 3339
  --per-user-mfa STATE          set the legacy state: disabled, enabled or enforced
  --not-after TIME              refuse a reset that has not begun by then, RFC 3339
  --backup                      put what can be restored into the report, whole phone numbers included
  --no-verify                   do not wait for the live list
  --stable-only                 never call Graph's beta version
  --reason TEXT                 a ticket or a note, echoed into the report
  --allow-privileged            reset a privileged user too
  --allow-privileged=ifUnreadable
                                waive the guard only where it may not look
`;

const MANY_FLAGS = `
Many users, all at once:
  --from FILE                   users from a file, or - for the standard input; may be repeated
  --from-format FORM            csv, ndjson or lines, where name and content do not tell.
                                csv: the column userPrincipalName, id, or the first one;
                                ndjson: a request or a user in each line
  --group ID                    the users among a group's members, nested groups included; may be repeated
  --summary FILE                write the totals as JSON, too
`;

const FILE_FLAGS = `  --journal FILE                remember on disk what is begun and finished; the same command then goes on where it
                                ended, and removes nothing that was registered since
  --retry                       also redo whom the journal has as finished, but not complete
  --passes FILE                 write passes there instead of into the report; only its owner may read it
  --backups FILE                write backups there instead of into the report; only its owner may read it

Reports come in the order in which users finish. Ctrl-C finishes the users under way and says how to go on; a second
one ends them, too.
`;

const PASS_FLAGS = `
The pass:
  --pass-minutes MIN            how long it works
  --pass-once, --no-pass-once   whether it works once only
  --pass-start TIME             from when it works, RFC 3339
  --reason TEXT                 a ticket or a note, echoed into the report
  --allow-privileged            for a privileged user too
  --allow-privileged=ifUnreadable
                                waive the guard only where it may not look
`;

const RESTORE_FLAGS = `
The backup:
  --backup-file FILE            a backup, a report that has one, a list of reports, or the lines of --backups, in which
                                the user is looked up; - is the standard input. Numbers are never an argument: other
                                users of the machine can read those. By hand it is, for a new phone:
                                {"phones":[{"phoneType":"mobile","phoneNumber":"+1 4255550100"}]}
  --not-after TIME              refuse a restore that has not begun by then, RFC 3339
  --no-verify                   do not wait for the live list
  --stable-only                 never call Graph's beta version
  --reason TEXT                 a ticket or a note, echoed into the report
  --allow-privileged            for a privileged user too
  --allow-privileged=ifUnreadable
                                waive the guard only where it may not look
`;

const REASON_FLAGS = `
Flags:
  --reason TEXT                 a ticket or a note, echoed into the report
`;

const COMMON_FLAGS = `
Where and how:
  --sandbox                     run on an embedded, simulated tenant; no account needed
  --cloud NAME                  global (default), usGov, usGovDoD or china
  --graph-url URL               another origin for Graph
  --authority-host URL          another origin for the sign-in service
  --protect USER                always refuse this user; may be repeated
  --max-users N                 refuse more users than that (100), before any is touched
  --calls-per-10s N             send Graph no more calls than that in ten seconds
  --concurrency N               HTTP requests in flight at most (8)
  --events FILE                 append every step to it as it happens, one JSON a line: an audit trail that only its
                                owner may read; where it cannot be written, nobody else is touched
  --events-format FORM          json (default), or ocsf for the OCSF class Account Change
  -o, --output FORM             table (default), json or ndjson; json is a list when several users are named
  -y, --yes                     do not ask; without a terminal it is required
  --no-color                    no colours; NO_COLOR does the same
  -h, --help                    this text, or a command's own
  -V, --version                 the version
`;

const CREDENTIALS = `
Credentials come from the environment, never from an argument. The first that is set counts:
  ENTRA_ACCESS_TOKEN            a token for Microsoft Graph
  AZURE_TENANT_ID and AZURE_CLIENT_ID
                                an application, which signs in with the first of
    AZURE_CLIENT_SECRET         its secret
    AZURE_CLIENT_CERTIFICATE_PATH
                                a PEM file with its certificate and RSA private key, without a password
    AZURE_FEDERATED_TOKEN_FILE  a file with another issuer's token, read anew each time
  IDENTITY_ENDPOINT             the managed identity, or with AZURE_CLIENT_ID that one. App Service, Functions and
                                Container Apps set it, with IDENTITY_HEADER; on a virtual machine set it to
                                http://169.254.169.254
AZURE_AUTHORITY_HOST names another sign-in service.

Exit codes: 0 complete, planned or ready, 1 anything less, 2 usage, 3 refused by a guard, 4 not signed in or not permitted,
130 ended by a second Ctrl-C. With several users it is the highest of theirs; with many at once it is 1 when theirs differ.
`;

const EXAMPLES: Record<Command | "all", string> = {
  all: `
Examples:
  entra-mfa-reset status adele.vance@contoso.com --sandbox
  entra-mfa-reset plan adele.vance@contoso.com
  entra-mfa-reset reset adele.vance@contoso.com --temporary-access-pass=60 --reason INC-1042
  entra-mfa-reset reset adele.vance@contoso.com --yes --output json
  entra-mfa-reset reset --from users.csv --journal run.journal --max-users 2000
  entra-mfa-reset issue-pass adele.vance@contoso.com --pass-once

Run entra-mfa-reset COMMAND --help for a command's flags.
`,
  preflight: `
Examples:
  entra-mfa-reset preflight
  entra-mfa-reset preflight --temporary-access-pass --per-user-mfa disabled
  entra-mfa-reset preflight --output json
`,
  status: `
Examples:
  entra-mfa-reset status adele.vance@contoso.com
  entra-mfa-reset status adele.vance@contoso.com --output json
`,
  plan: `
Examples:
  entra-mfa-reset plan adele.vance@contoso.com
  entra-mfa-reset plan adele.vance@contoso.com --methods all --keep fido2
  entra-mfa-reset plan --group 0f0a7b2e-5d3c-4b58-9f1e-2f6f4f0b6f10 --output ndjson
`,
  reset: `
Examples:
  entra-mfa-reset reset adele.vance@contoso.com --temporary-access-pass=60 --reason INC-1042
  entra-mfa-reset reset adele.vance@contoso.com --methods phone,softwareOath --no-revoke-sessions
  entra-mfa-reset reset adele.vance@contoso.com --yes --output json
  entra-mfa-reset reset --from users.csv --journal run.journal --max-users 2000
  entra-mfa-reset reset --from - --temporary-access-pass --passes run.passes --journal run.journal --yes
`,
  "revoke-sessions": `
Examples:
  entra-mfa-reset revoke-sessions adele.vance@contoso.com --reason INC-1042
`,
  "issue-pass": `
Examples:
  entra-mfa-reset issue-pass adele.vance@contoso.com --pass-minutes 60 --pass-once
`,
  restore: `
Examples:
  entra-mfa-reset restore adele.vance@contoso.com --backup-file run.backups --reason INC-1042
  entra-mfa-reset restore adele.vance@contoso.com --backup-file - --yes < new-phone.json
`,
};

const FLAGS: Record<Command, string> = {
  preflight: RESET_FLAGS,
  status: "",
  plan: RESET_FLAGS + MANY_FLAGS,
  reset: RESET_FLAGS + MANY_FLAGS + FILE_FLAGS,
  "revoke-sessions": REASON_FLAGS,
  "issue-pass": PASS_FLAGS,
  restore: RESTORE_FLAGS,
};

/** The help of a command, or of all. */
export function help(command: Command | undefined): string {
  return command === undefined
    ? HEAD + COMMON_FLAGS + CREDENTIALS + EXAMPLES.all
    : USAGE[command] + FLAGS[command] + COMMON_FLAGS + CREDENTIALS + EXAMPLES[command];
}
