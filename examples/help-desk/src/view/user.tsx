import type { Event, Report, ResetRequest, Status } from "entra-mfa-reset";
import { useEffect, useState } from "preact/hooks";
import type { Config } from "../config.js";
import { type Choice, FIRST, gist, planned, request } from "../plan.js";
import { type Problem, explain, problem } from "../problem.js";
import type { Session } from "../session.js";
import { count, step } from "../words.js";
import { useAnnounce } from "./announcer.js";
import { Choose } from "./choose.js";
import { Confirm } from "./confirm.js";
import { Guard } from "./guard.js";
import { Heading } from "./heading.js";
import { Methods } from "./methods.js";
import { ProblemNotice } from "./notice.js";
import { Residuals } from "./residuals.js";

interface UserProps {
  session: Session;
  config: Config;
  user: string;
  /** What to call the user before it has been read. */
  name: string;
  onSignIn: (() => void) | undefined;
  onBack: () => void;
  onRun: (request: ResetRequest, plan: Report) => void;
}

/** One user: what is registered, and what a reset would do. Nothing is written here. */
export function User({ session, config, user, name: known, onSignIn, onBack, onRun }: UserProps) {
  const { client } = session;
  const [status, setStatus] = useState<Status>();
  const [plan, setPlan] = useState<Report>();
  const [choice, setChoice] = useState<Choice>(FIRST);
  // Which question the plan answers, so that nobody confirms the plan of another choice.
  const [answered, setAnswered] = useState<string>();
  const [failed, setFailed] = useState<Problem>();
  const [round, setRound] = useState(0);
  const [confirming, setConfirming] = useState(false);
  const [idle, setIdle] = useState(false);
  const announce = useAnnounce();
  const [waiting, setWaiting] = useState<string>();
  const again = (): void => setRound(round + 1);
  // Only a wait is worth a word; reading is quick otherwise.
  const onEvent = (event: Event): void => setWaiting(event.step === "wait" ? step(event) : undefined);

  useEffect(() => {
    const left = new AbortController();
    client.status(user, { signal: left.signal, onEvent }).then(setStatus, async (error: unknown) => {
      const found = await explain(error, client, request(choice, config.passMinutes));
      if (!left.signal.aborted) {
        setFailed(found);
      }
    });
    return () => left.abort();
  }, [client, user, round]);

  const wanted = request({ ...choice, reason: "" }, config.passMinutes);
  const question = JSON.stringify([user, wanted, round]);
  const planning = answered !== question;
  useEffect(() => {
    const left = new AbortController();
    setAnswered(undefined);
    setFailed(undefined);
    setIdle(false);
    client
      .plan({ user, ...wanted }, { signal: left.signal, onEvent })
      .then(
        (found) => {
          if (!left.signal.aborted) {
            setPlan(found);
            const { goes, stays } = gist(found);
            announce(found.outcome === "refused" ? "This cannot be done" : `${count(goes, "method")} would go, ${stays} would stay`);
          }
        },
        async (error: unknown) => {
          const found = await explain(error, client, wanted);
          if (!left.signal.aborted) {
            setPlan(undefined);
            setFailed(found);
          }
        },
      )
      .finally(() => !left.signal.aborted && setAnswered(question));
    return () => left.abort();
  }, [client, question]);

  const name = status?.user.displayName || status?.user.userPrincipalName || known;
  const refused = plan?.outcome === "refused";
  const guarded = (plan?.guard ?? status?.guard)?.isProtected === true;
  const ready = plan !== undefined && !refused && !planning;
  const does = plan === undefined ? [] : gist(plan).does;
  const confirm = (): void => (does.length === 0 ? setIdle(true) : setConfirming(true));
  const run = (): void => {
    if (plan !== undefined) {
      onRun({ user: plan.user.id ?? user, ...request(choice, config.passMinutes), planned: planned(plan) }, plan);
    }
  };

  return (
    <div class="user">
      <p class="back">
        <button type="button" class="link" onClick={onBack}>
          <span aria-hidden="true">←</span> Find another user
        </button>
      </p>
      <Heading title="User">{name}</Heading>
      {waiting !== undefined && (status === undefined || planning) && failed === undefined && <p class="loading">{waiting}</p>}
      {status === undefined && failed === undefined && (
        <>
          <p class="loading">Looking at the account…</p>
          <Skeleton />
        </>
      )}
      {failed && <ProblemNotice problem={failed} onAgain={again} onSignIn={onSignIn} />}
      {status && (
        <>
          <p class="who">
            <span>{status.user.userPrincipalName}</span>
            {status.user.userType === "Guest" && <span class="tag">Guest</span>}
            {status.accountEnabled === false && <span class="tag warn">Account is blocked</span>}
          </p>
          {guarded && <Guard guard={plan?.guard ?? status.guard} error={plan?.error} />}
          {!guarded && plan?.error && <ProblemNotice problem={problem(plan.error)} onAgain={again} onSignIn={onSignIn} />}
          <div class="columns">
            {!guarded && (
              <div class="choice-column">
                <Choose choice={choice} status={status} passMinutes={config.passMinutes} disabled={confirming} onChange={setChoice} />
                <div class="actions main-action">
                  <button type="button" class="danger" aria-disabled={!ready} onClick={() => ready && confirm()}>
                    Review and confirm…
                  </button>
                  {plan !== undefined && !refused && does.length > 0 && <p class="hint">Will {list(does)}.</p>}
                  {idle && <p class="field-error" role="alert">Nothing is chosen: pick something to remove, a pass, or signing out.</p>}
                </div>
              </div>
            )}
            <div class="methods-column" aria-busy={planning}>
              <Methods status={status} plan={guarded ? undefined : plan} />
              {plan !== undefined && !refused && <Residuals residuals={plan.residuals} title="What this does not reach" />}
            </div>
          </div>
        </>
      )}
      {confirming && plan !== undefined && <Confirm plan={plan} does={does} simulated={session.simulated} onCancel={() => setConfirming(false)} onConfirm={run} />}
    </div>
  );
}

/** `a, b and c`. */
function list(parts: string[]): string {
  return new Intl.ListFormat("en-GB").format(parts);
}

/** Something that moves nowhere while the answer is on its way. */
function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      <div />
      <div />
      <div />
    </div>
  );
}
