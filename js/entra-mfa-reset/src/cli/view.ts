import type { Backup, ErrorInfo, Event, GuardGroupRelation, GuardReport, MethodReport, Report, Residual, Status, UserInfo } from "../contract.js";
import { inFlags } from "./flags.js";
import type { Style } from "./style.js";
import { table } from "./table.js";
import { hanging, paragraphs, plain, width, wrap } from "./text.js";

/** Where it is shown. */
export interface View {
  style: Style;
  columns: number;
}

const METHOD_COLUMNS = [
  { title: "KIND" },
  { title: "LABEL", shrinks: true },
  { title: "ACTION" },
  { title: "OUTCOME" },
  { title: "REASON", shrinks: true },
];

const INDENT = 2;
const indented = (line: string): string => " ".repeat(INDENT) + line;

/** The longest word for an outcome. */
const OUTCOME_COLUMNS = "unverified".length;

const STATUS_COLUMNS = [{ title: "KIND" }, { title: "LABEL", shrinks: true }, { title: "DEFAULT" }, { title: "DETAILS", shrinks: true }];

/** What is registered. */
export function status(found: Status, view: View): string {
  const rows = found.methods.map((method) => [
    method.kind === "unknown" ? plain(method.graphType ?? method.kind) : method.kind,
    plain(method.label),
    method.isDefault === true ? "default" : "",
    [
      ...[method.phoneType, method.model].filter((detail) => !method.label.includes(detail ?? "")),
      method.passkeyType,
      method.status,
      method.isUsable === false ? `not usable (${method.methodUsabilityReason ?? "no reason given"})` : undefined,
      method.createdDateTime && `since ${day(method.createdDateTime)}`,
      method.lastUsedDateTime && `used ${day(method.lastUsedDateTime)}`,
    ]
      .filter((detail) => detail !== undefined && detail !== "")
      .map((detail) => plain(detail ?? ""))
      .join(", "),
  ]);
  return text([
    ...heading(found.user, view),
    "",
    ...(found.accountEnabled === false ? [view.style.warn("The account may not sign in.")] : []),
    ...(rows.length > 0 ? table(STATUS_COLUMNS, rows, view.columns, view.style.dim) : ["Nothing is registered."]),
    "",
    ...(found.defaultMethod === undefined ? [] : [`Default method: ${plain(found.defaultMethod)}`]),
    ...(found.systemPreferred === true ? ["Entra picks the strongest method at sign-in."] : []),
    ...(found.perUserMfa === undefined ? [] : [`Per-user MFA: ${found.perUserMfa}`]),
    ...guard(found.guard, view),
    ...residuals(found.residuals, view),
  ]);
}

/** What was or would be done. */
export function report(done: Report, view: View): string {
  const { style } = view;
  const rows = done.methods.map((method) => [
    method.kind,
    plain(method.label) + (method.isDefault === true ? " (default)" : ""),
    method.action,
    outcome(method, style),
    plain(method.error?.message ?? method.reason ?? ""),
  ]);
  const { sessions, temporaryAccessPass: pass, perUserMfa, signInPreference, verification } = done;
  return text([
    ...heading(done.user, view),
    "",
    ...(rows.length > 0 ? [...table(METHOD_COLUMNS, rows, view.columns, style.dim), ""] : []),
    ...(signInPreference === undefined
      ? []
      : line("Default method", `${signInPreference.outcome} (${plain(signInPreference.before ?? "unreadable")} to ${plain(signInPreference.after)})`, signInPreference.error, view)),
    ...(perUserMfa === undefined
      ? []
      : line("Per-user MFA", `${perUserMfa.outcome} (${perUserMfa.before ?? "unreadable"} to ${perUserMfa.after})`, perUserMfa.error, view)),
    ...(sessions === undefined
      ? []
      : line("Sessions", sessions.outcome + (sessions.reason === undefined ? "" : `: ${plain(sessions.reason)}`), sessions.error, view)),
    ...(pass === undefined ? [] : line("Temporary Access Pass", passDetails(pass, done), pass.error, view)),
    ...(pass?.pass === undefined ? [] : ["", `  ${style.bold(plain(pass.pass))}`, "", ...wrap("Shown once; hand it to the user over a channel that you trust.", view.columns)]),
    ...(verification === undefined ? [] : line("Verification", verified(verification), verification.error, view)),
    ...(done.guard === undefined ? [] : guard(done.guard, view)),
    ...residuals(done.residuals, view),
    ...(done.backup === undefined ? [] : ["The backup is in the report: use --output json."]),
    "",
    `Outcome: ${overall(done, style)}`,
    ...(done.error === undefined ? [] : error(done.error, view)),
  ]);
}

/** What a backup would put back, without whole numbers. The engine has not looked at it yet, so it may be anything. */
export function backup(user: string, given: Backup, view: View): string {
  const list = <T>(items: T[] | undefined): T[] => (Array.isArray(items) ? items : []);
  const lines = [
    ...list(given.phones).map((phone) => `phone ${phone.phoneType} ${masked(String(phone.phoneNumber))}`),
    ...list(given.emails).map((address) => `email ${maskedAddress(String(address))}`),
    ...list(given.externals).map(({ displayName }) => `external ${displayName}`),
    ...list(given.hardwareTokens).map(({ deviceId, label }) => `hardwareOath ${label ?? deviceId}`),
    ...(given.default === undefined ? [] : [`default method ${given.default}`]),
    ...(given.perUserMfa === undefined ? [] : [`per-user MFA ${given.perUserMfa}`]),
  ];
  const never = list(given.neverRestored).map(({ kind, label }) => `${kind} ${label}`);
  return text([
    view.style.bold(plain(user)),
    "",
    ...(lines.length === 0 ? ["Nothing in the backup can be put back."] : lines.flatMap((line) => wrap(plain(line), view.columns - INDENT).map(indented))),
    ...(never.length === 0 ? [] : wrap(`Not restored: ${plain(never.join(", "))}`, view.columns)),
  ]);
}

function maskedAddress(address: string): string {
  const at = address.lastIndexOf("@");
  return at < 0 ? "***" : `${address.slice(0, Math.min(1, at))}***${address.slice(at)}`;
}

function masked(number: string): string {
  const country = /^\+\d{1,3} /.exec(number)?.[0] ?? "";
  const digits = number.replace(/\D/g, "");
  return `${country}XXXXXXXX${digits.length > 6 ? digits.slice(-2) : ""}`;
}

/** One user of many, in a line; what went wrong is below it. */
export function brief(done: Report, view: View): string {
  const { user, methods, sessions, temporaryAccessPass: pass, perUserMfa, error: failure } = done;
  const planned = methods.filter(({ action }) => action !== "keep");
  const gone = planned.filter(({ outcome }) => outcome === "done" || outcome === "alreadyGone");
  const details = [
    planned.length === 0 ? undefined : done.outcome === "planned" ? `${planned.length} to remove` : `${gone.length} of ${planned.length} removed`,
    sessions && `sessions ${sessions.outcome}`,
    perUserMfa && `per-user MFA ${perUserMfa.outcome}`,
    pass && `pass ${passDetails(pass, done)}${pass.pass === undefined ? "" : `: ${view.style.bold(plain(pass.pass))}`}`,
  ].filter((detail) => detail !== undefined && detail !== "");
  const name = plain(user.userPrincipalName ?? user.id ?? "");
  // Nothing was begun, whatever was planned.
  const did = done.outcome === "refused" ? "" : details.join(", ");
  const word = overall(done, view.style) + " ".repeat(OUTCOME_COLUMNS - done.outcome.length);
  const line = [word, name, did].filter((part) => part !== "").join("  ");
  const head =
    width(line) <= view.columns
      ? [line]
      : [...hanging(`${overall(done, view.style)}  ${name}`, INDENT, view.columns), ...(did === "" ? [] : wrap(did, view.columns - INDENT).map(indented))];
  const why = failure === undefined ? [] : error(failure, { ...view, columns: view.columns - INDENT }).map(indented);
  return [...head, ...why].join("\n");
}

/** An error, with what to do next and what Microsoft's support asks for. */
export function error(info: ErrorInfo, view: View, user?: string): string[] {
  const { graph } = info;
  const support = [
    graph && `status ${graph.status}`,
    graph?.code,
    graph?.requestId && `request id ${graph.requestId}`,
    graph?.date,
  ].filter((part) => part !== undefined && part !== "");
  return [
    ...wrap(`${user === undefined ? "" : `${plain(user)}: `}${view.style.bad(info.code)}: ${inFlags(plain(info.message))}`, view.columns),
    ...(info.help === "" ? [] : paragraphs(inFlags(info.help), view.columns).map(plain)),
    ...(support.length > 0 ? wrap(`For support: ${plain(support.join(", "))}`, view.columns).map(view.style.dim) : []),
  ];
}

/** One step, as it happens. */
export function event(step: Event, { style, columns }: View): string {
  return hanging(`${MARKS(style)[step.outcome]} ${what(step)}`, INDENT, columns).join("\n");
}

/** What a step is about. */
export function what(step: Event): string {
  const name = step.method === undefined ? STEPS[step.step] : `${step.method.action} ${step.method.kind} ${plain(step.method.label)}`;
  const wait = step.waitMilliseconds === undefined ? "" : ` ${(step.waitMilliseconds / 1000).toFixed(1)} s`;
  const value = step.value === undefined ? "" : ` to ${plain(step.value)}`;
  const why = step.error === undefined ? "" : ` (${step.error})`;
  return `${name}${value}${wait}${why}`;
}

const STEPS: Record<Event["step"], string> = {
  read: "read the user",
  guard: "ask the guard",
  plan: "plan",
  temporaryAccessPass: "issue a Temporary Access Pass",
  signInPreference: "move the default method",
  method: "method",
  perUserMfa: "set the per-user MFA state",
  sessions: "revoke the sessions",
  verification: "verify on the live list",
  wait: "wait",
  finished: "finished",
};

const MARKS = (style: Style): Record<Event["outcome"], string> => ({
  started: style.dim("…"),
  done: style.good("✓"),
  alreadyGone: style.good("✓"),
  failed: style.bad("✗"),
  inDoubt: style.warn("?"),
  skipped: style.dim("-"),
});

function heading(user: UserInfo, { style, columns }: View): string[] {
  const name = plain(user.userPrincipalName ?? user.id ?? "unknown user");
  const rest = plain([user.displayName, user.userType, user.userPrincipalName && user.id].filter((part) => part !== undefined && part !== "").join(", "));
  const line = `${style.bold(name)}${rest === "" ? "" : style.dim(`  ${rest}`)}`;
  return width(line) <= columns ? [line] : [...wrap(name, columns).map(style.bold), ...wrap(rest, columns - 2).map((part) => style.dim(`  ${part}`))];
}

function outcome(method: MethodReport, style: Style): string {
  switch (method.outcome) {
    case "done":
    case "alreadyGone":
      return style.good(method.outcome);
    case "failed":
    case "unsupported":
      return style.bad(method.outcome);
    case "planned":
    case "kept":
      return method.outcome;
  }
}

function overall({ outcome }: Report, style: Style): string {
  return outcome === "complete" || outcome === "planned"
    ? style.good(outcome)
    : outcome === "unverified" || outcome === "partial"
      ? style.warn(outcome)
      : style.bad(outcome);
}

function passDetails(pass: NonNullable<Report["temporaryAccessPass"]>, { finishedAt }: Report): string {
  const { startDateTime: from = "" } = pass;
  const details = [
    pass.lifetimeInMinutes === undefined ? undefined : `${pass.lifetimeInMinutes} minutes`,
    // What works already needs no beginning.
    Date.parse(from) > Date.parse(finishedAt) ? `from ${moment(from)}` : undefined,
    pass.isUsableOnce === true ? "once" : undefined,
    pass.isUsable === false ? `not usable: ${pass.methodUsabilityReason ?? "no reason given"}` : undefined,
  ].filter((detail) => detail !== undefined);
  return pass.outcome + (details.length > 0 ? ` (${plain(details.join(", "))})` : "");
}

function verified({ outcome, remaining, missing = [], added }: NonNullable<Report["verification"]>): string {
  const gone = missing.length > 0 ? `; not listed: ${plain(missing.join(", "))}` : "";
  const still = remaining.length > 0 ? `; still listed: ${plain(remaining.join(", "))}` : "";
  const since = added.map(({ kind, label }) => `${kind} ${label}`).join(", ");
  return outcome + still + gone + (since === "" ? "" : `; appeared meanwhile: ${plain(since)}`);
}

function line(name: string, value: string, failure: ErrorInfo | undefined, view: View): string[] {
  return [...wrap(`${name}: ${value}`, view.columns), ...(failure === undefined ? [] : error(failure, { ...view, columns: view.columns - INDENT }).map(indented))];
}

const RELATIONS: Record<GuardGroupRelation, string> = {
  member: "member",
  owner: "owner",
  eligibleMember: "eligible member",
  eligibleOwner: "eligible owner",
};

function guard(found: GuardReport, view: View): string[] {
  const reasons = [
    ...found.roles.map((role) => `${plain(role.displayName ?? role.id)} (${role.via}${role.scope && role.scope !== "/" ? `, ${plain(role.scope)}` : ""})`),
    ...found.groups.map((group) => `${RELATIONS[group.relation]} of ${plain(group.displayName ?? group.id)}`),
    ...(found.isManagementRestricted ? ["restricted management administrative unit"] : []),
    ...(found.isCaller ? ["the caller"] : []),
    ...(found.isListed ? ["named by --protect"] : []),
  ];
  return [
    ...(reasons.length > 0 ? wrap(`Protected: ${reasons.join("; ")}`, view.columns).map(view.style.warn) : []),
    ...found.unreadable.flatMap(({ what, permission }) => wrap(`Not readable: ${plain(what)} (needs ${plain(permission)})`, view.columns)),
  ];
}

function residuals(found: readonly Residual[], view: View): string[] {
  return found.length === 0
    ? []
    : ["", "Good to know:", ...found.flatMap(({ code, message }) => hanging(`- ${view.style.warn(code)}: ${plain(message)}`, INDENT, view.columns))];
}

function day(dateTime: string): string {
  return dateTime.slice(0, 10);
}

/** A moment in UTC, to the minute, as people write it; another one as it came. */
export function moment(dateTime: string): string {
  return dateTime.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(\.\d+)?Z$/, "$1 $2 UTC");
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n").replace(/\n{3,}/g, "\n\n").trimEnd()}\n`;
}
