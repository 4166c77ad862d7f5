import type { Caller, Kind, Preflight, PreflightCheck, PreflightNeed } from "../contract.js";
import { MfaResetError, internal } from "../error.js";
import type { Arguments } from "./arguments.js";
import { connect } from "./connect.js";
import { table } from "./table.js";
import { EXIT, type Terminal, exitOfError, views } from "./terminal.js";
import { plain, wrap } from "./text.js";
import * as view from "./view.js";

const COLUMNS = [{ title: "TO", shrinks: true }, { title: "STATE" }, { title: "WITHOUT IT", shrinks: true }];

/** What each need is about, for people who run a help desk. */
const NEEDS: Record<PreflightNeed, string> = {
  readUser: "look the user up",
  readMethods: "see methods",
  readDefault: "see which method is the default",
  readPerUserMfa: "see the per-user MFA state",
  readPassPolicy: "see the policy for passes",
  guardRestriction: "guard: see restricted units",
  guardRoles: "guard: see roles",
  guardEligibleRoles: "guard: see eligible roles",
  guardMemberships: "guard: see memberships",
  guardOwnedGroups: "guard: see owned groups",
  guardEligibleGroups: "guard: see eligible groups",
  issuePass: "issue a Temporary Access Pass",
  setPerUserMfa: "set the per-user MFA state",
  moveDefault: "move the default",
  removeMethod: "remove",
  registerMethod: "register",
  deactivateMethod: "deactivate hardware tokens",
  revokeSessions: "revoke the sessions",
  readRole: "see other users' methods",
  writeRole: "change other users' methods",
  administratorsRole: "change administrators' methods",
  wholeNumbersRole: "see whole phone numbers",
  perUserMfaRole: "set others' per-user MFA state",
  sessionsRole: "revoke others' sessions",
};

/** Says what the credential allows. Ends with 0 when it is ready, else with 4. */
export async function preflight(given: Arguments, terminal: Terminal): Promise<number> {
  const { out, err } = views(terminal);
  try {
    const { client } = connect(given, terminal.env, { signal: terminal.signal, onEvent: () => undefined });
    const found = await client.preflight(given.request);
    const text = given.output === "table" ? show(found, out) : `${JSON.stringify(found, undefined, given.output === "json" ? 2 : 0)}\n`;
    terminal.stdout.write(text);
    return found.ready ? EXIT.ok : EXIT.notPermitted;
  } catch (thrown) {
    const error = thrown instanceof MfaResetError ? thrown : internal("The command stopped unexpectedly.", thrown);
    terminal.stderr.write(`${view.error(error.toJSON(), err).join("\n")}\n`);
    return exitOfError(error.code);
  }
}

function show(found: Preflight, { style, columns }: view.View): string {
  const { caller, checks, error, expiresAt, ready } = found;
  const state = ({ outcome, required }: PreflightCheck): string => {
    switch (outcome) {
      case "granted":
        return style.good("granted");
      case "missing":
        return required ? style.bad("missing") : style.warn("missing, optional");
      case "unknown":
        return style.warn(required ? "unknown" : "unknown, optional");
      case "unsupported":
        return required ? style.bad("not here") : "not here";
    }
  };
  const rows = gathered(checks).map(({ check, kinds }) => [
    about(check.need, kinds),
    state(check),
    check.outcome === "granted" ? "" : plain(check.without),
  ]);
  const lines = [
    ...(caller === undefined ? [] : [...wrap(who(caller), columns).map(style.bold), ...(expiresAt === undefined ? [] : wrap(`with a token until ${plain(view.moment(expiresAt))}`, columns)), ""]),
    ...table(COLUMNS, rows, columns, style.dim),
    "",
    ...asked("Ask whoever administers the tenant for this:", missing(checks, true), caller, columns),
    ...asked("Not required, but better:", missing(checks, false), caller, columns),
    ...(error === undefined ? [] : view.error(error, { style, columns })),
    ready ? style.good("Ready.") : style.bad("Not ready."),
  ];
  return `${lines.join("\n")}\n`;
}

function about(need: PreflightNeed, kinds: readonly Kind[]): string {
  switch (need) {
    case "readMethods":
      return `${NEEDS[need]}: ${kinds.join(", ") || "every kind"}`;
    case "removeMethod":
    case "registerMethod":
      return `${NEEDS[need]}: ${kinds.join(", ") || "whatever is asked for"}`;
    default:
      return NEEDS[need];
  }
}

/** One row for the kinds of which the same is said. */
function gathered(checks: readonly PreflightCheck[]): { check: PreflightCheck; kinds: Kind[] }[] {
  const rows: { check: PreflightCheck; kinds: Kind[] }[] = [];
  for (const check of checks) {
    const { need, kind, outcome, required } = check;
    const row = rows.find(
      (other) => kind !== undefined && other.kinds.length > 0 && other.check.need === need && other.check.outcome === outcome && other.check.required === required,
    );
    if (row === undefined || kind === undefined) {
      rows.push({ check, kinds: kind === undefined ? [] : [kind] });
    } else {
      row.kinds.push(kind);
    }
  }
  return rows;
}

function who({ kind, id, appId, tenantId }: Caller): string {
  const name = kind === "user" ? `The user ${plain(id ?? "")}, through the application` : "The application";
  return `${name} ${plain(appId ?? id ?? "")}${tenantId === undefined ? "" : ` in the tenant ${plain(tenantId)}`}`.replace(/ +/g, " ");
}

/** What has to be granted. */
interface Wanted {
  permissions: string[];
  roles: string[];
}

/** The fewest grants that serve all: what another one that is needed anyhow covers is left out. */
function missing(checks: readonly PreflightCheck[], required: boolean): Wanted {
  const isRole = ({ need }: PreflightCheck): boolean => need.endsWith("Role");
  const choose = (suits: (check: PreflightCheck) => boolean): string[] => {
    const open = checks.filter((check) => suits(check) && (check.outcome === "missing" || check.outcome === "unknown"));
    const chosen: string[] = [];
    const already: string[] = [];
    // Those that are required are chosen first, and may serve what is optional, too.
    for (const turn of required ? [true] : [true, false]) {
      const names = turn === required ? chosen : already;
      // What few permissions serve decides for the others.
      const ordered = open.filter((check) => check.required === turn).sort((a, b) => a.or.length - b.or.length);
      for (const { permission, or } of ordered) {
        if (![permission, ...or].some((name) => chosen.includes(name) || already.includes(name))) {
          names.push(permission);
        }
      }
    }
    return chosen;
  };
  return { permissions: choose((check) => !isRole(check)), roles: choose(isRole) };
}

function asked(title: string, { permissions, roles }: Wanted, caller: Caller | undefined, columns: number): string[] {
  const isUser = caller?.kind === "user";
  const whose = `the application ${plain(caller?.appId ?? "")}`.trimEnd();
  const consent = `For ${whose}, ${isUser ? "delegated" : "application"} permissions of Microsoft Graph, with an administrator's consent:`;
  const lines = [
    ...(permissions.length === 0 ? [] : [...wrap(consent, columns), ...permissions.map((name) => `  - ${plain(name)}`)]),
    ...(roles.length === 0 ? [] : [...wrap(`For the user ${plain(caller?.id ?? "")}, the directory role:`, columns), ...roles.map((name) => `  - ${plain(name)}`)]),
  ];
  return lines.length === 0 ? [] : [title, ...lines, ""];
}
