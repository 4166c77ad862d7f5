import type { MethodReport, Report } from "entra-mfa-reset";
import { dateAndTime } from "../time.js";
import { describe, sentence, why } from "../words.js";

const OUTCOMES: Record<MethodReport["outcome"], string> = {
  planned: "not tried",
  done: "removed",
  alreadyGone: "was gone already",
  kept: "stays",
  failed: "NOT removed",
  unsupported: "NOT removed: not possible here",
};

const VERIFICATION = {
  confirmed: "The live list confirms it",
  pending: "The live list does not confirm it yet",
  skipped: "Not asked for",
  failed: "The live list could not be read",
};

interface RecordProps {
  report: Report;
  account: string;
  simulated: boolean;
}

/** What happened, for the ticket: on screen and on paper. It holds no pass and no whole number. */
export function Record({ report, account, simulated }: RecordProps) {
  const { user, methods, sessions, temporaryAccessPass: pass, verification, reason } = report;
  return (
    <section class="record card" aria-labelledby="record-title">
      <h2 id="record-title">Record{simulated && " (simulation)"}</h2>
      <dl>
        <Row name="User" value={[user.displayName, user.userPrincipalName, user.id].filter(Boolean).join(", ")} />
        <Row name="By" value={account} />
        <Row name="When" value={dateAndTime(report.finishedAt)} />
        {reason !== undefined && <Row name="Ticket or note" value={reason} />}
        <Row name="Outcome" value={report.outcome} />
        {sessions && <Row name="Sessions" value={sessions.outcome === "revoked" ? "ended everywhere" : [sessions.outcome === "skipped" ? "not ended" : "NOT ended", sessions.reason ?? sessions.error?.message].filter(Boolean).join(": ")} />}
        {pass && (
          <Row
            name="Temporary Access Pass"
            value={pass.outcome === "issued" ? `issued, for ${pass.lifetimeInMinutes ?? "?"} minutes` : `NOT usable: ${pass.error?.message ?? "not issued"}`}
          />
        )}
        {verification && <Row name="Verification" value={VERIFICATION[verification.outcome]} />}
      </dl>
      <table>
        <caption class="unseen">Methods</caption>
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">What became of it</th>
          </tr>
        </thead>
        <tbody>
          {methods.map((method) => (
            <tr key={`${method.kind} ${method.id}`} class={method.outcome}>
              <th scope="row">{describe(method)}</th>
              <td>
                {method.action === "deactivate" && method.outcome === "done" ? "deactivated" : OUTCOMES[method.outcome]}
                {method.error !== undefined && <span class="why">{sentence(method.error.message)}</span>}
                {method.error === undefined && why(method) !== "" && <span class="why">{why(method)}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <details>
        <summary>For support</summary>
        <p>
          {report.graph.calls} calls, {report.graph.throttled} throttled, {report.graph.retried} repeated. Request ids, also in the audit log:
        </p>
        <ul class="ids">
          {report.graph.clientRequestIds.map((id) => (
            <li key={id}>
              <code>{id}</code>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <div class="row">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
