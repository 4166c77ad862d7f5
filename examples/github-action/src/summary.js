import { summary } from "@actions/core";

/** The report for people, on the run's page. `pass` only where it may be read there. */
export async function write({ user, outcome, methods, sessions, temporaryAccessPass, residuals, error, reason }, pass) {
  const step = (name, { outcome: became, ...about }) => [name, "", became, about.error?.message ?? about.reason ?? ""];
  const rows = [
    ...methods.map((method) => [method.label, method.kind, method.outcome, method.error?.message ?? method.reason ?? ""]),
    ...(sessions ? [step("sessions", sessions)] : []),
    ...(temporaryAccessPass ? [step("Temporary Access Pass", temporaryAccessPass)] : []),
  ];
  const header = ["method", "kind", "outcome", "why"].map((data) => ({ data, header: true }));
  summary.addHeading(`${escaped(user.displayName ?? "")} &lt;${escaped(user.userPrincipalName ?? user.id)}&gt;: ${outcome}`, 2);
  summary.addTable([header, ...rows.map((row) => row.map((text) => escaped(text)))]);
  if (pass !== undefined) {
    summary.addRaw(`<p>Temporary Access Pass: <code>${escaped(pass)}</code></p>`, true);
  }
  const notes = [...residuals.map(({ message }) => message), ...(error ? [`${error.code}: ${error.message} ${error.help}`] : []), reason];
  await summary.addList(notes.filter(Boolean).map((text) => escaped(text))).write();
}

/** Names are other people's text. */
function escaped(text) {
  return `${text}`.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
