import type { Report, Status } from "entra-mfa-reset";
import { useState } from "preact/hooks";
import { type Problem, problem } from "../problem.js";
import type { Session } from "../session.js";
import { passEnds, verdict } from "../verdict.js";
import { useAnnounce } from "./announcer.js";
import { Heading } from "./heading.js";
import { Notice, ProblemNotice } from "./notice.js";
import { Pass } from "./pass.js";
import { Record } from "./record.js";
import { Residuals } from "./residuals.js";

interface OutcomeProps {
  session: Session;
  /** Without the pass. */
  report: Report;
  pass: string | undefined;
  onForget: () => void;
  onSignIn: (() => void) | undefined;
  onAgain: () => void;
  onNext: () => void;
}

/** What came of it, and what is next. */
export function Outcome({ session, report, pass, onForget, onSignIn, onAgain, onNext }: OutcomeProps) {
  const { tone, title, text, next } = verdict(report, pass !== undefined);
  const name = report.user.displayName || report.user.userPrincipalName || "";
  const [forgotten, setForgotten] = useState(false);
  const again = report.outcome !== "complete";
  return (
    <div class="outcome">
      <Heading title={title}>
        {title}: {name}
      </Heading>
      <Notice tone={tone} title={text}>
        {next.length > 0 && (
          <ul class="next">
            {next.map((what) => (
              <li key={what}>{what}</li>
            ))}
          </ul>
        )}
        {report.error && <p class="support">{problem(report.error).support && `For support: ${problem(report.error).support}`}</p>}
      </Notice>
      {pass !== undefined && (
        <Pass
          pass={pass}
          until={passEnds(report)}
          once={report.temporaryAccessPass?.isUsableOnce === true}
          onForget={() => {
            setForgotten(true);
            onForget();
          }}
        />
      )}
      {forgotten && pass === undefined && (
        <p class="hint forgotten" role="status">
          The pass is gone from this page. If the user needs another, look at the user again and issue one.
        </p>
      )}
      <div class="actions screen-only">
        {report.outcome === "unverified" && <CheckAgain session={session} report={report} onSignIn={onSignIn} />}
        <button type="button" onClick={() => window.print()}>
          Print the record
        </button>
        {again && (
          <button type="button" class={report.outcome === "unverified" ? "" : "primary"} onClick={onAgain}>
            Look at the user again
          </button>
        )}
        <button type="button" class={again ? "" : "primary"} onClick={onNext}>
          Next user
        </button>
      </div>
      <Record report={report} account={session.account} simulated={session.simulated} />
      <Residuals residuals={report.residuals} title="Good to know" />
    </div>
  );
}

/** Looks whether what should be gone is gone by now. Writes nothing. */
function CheckAgain({ session, report, onSignIn }: Pick<OutcomeProps, "session" | "report" | "onSignIn">) {
  const [found, setFound] = useState<{ still: string[]; unseen: boolean }>();
  const [failed, setFailed] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const announce = useAnnounce();
  const check = (): void => {
    setBusy(true);
    setFailed(undefined);
    session.client
      .status(report.user.id ?? "")
      .then(
        (status) => {
          const still = remaining(status, report);
          setFound({ still, unseen: status.residuals.some(({ code }) => code === "hiddenKinds") });
          announce(still.length === 0 ? "Nothing of it is listed any more" : "Still listed");
        },
        (error: unknown) => setFailed(problem(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <div class="check-again">
      <button type="button" class="primary" aria-disabled={busy} onClick={() => !busy && check()}>
        {busy ? "Checking…" : "Check again"}
      </button>
      {failed && <ProblemNotice problem={failed} onAgain={check} onSignIn={onSignIn} />}
      {found && (
        <p>
          {found.still.length === 0
            ? `Nothing of what was removed is listed any more.${found.unseen ? " Some kinds could not be seen, though." : ""}`
            : `Still listed: ${found.still.join(", ")}. Lists are late by minutes at times; check again.`}
        </p>
      )}
    </div>
  );
}

function remaining({ methods }: Status, report: Report): string[] {
  const gone = report.methods.filter(({ action }) => action === "delete");
  return methods.filter(({ id, kind, label }) => gone.some((other) => other.id === id && other.kind === kind && other.label === label)).map(({ label }) => label);
}
