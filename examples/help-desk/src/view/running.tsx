import type { Event, Report, ResetRequest } from "entra-mfa-reset";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Problem, explain, isDefect } from "../problem.js";
import type { Session } from "../session.js";
import { step } from "../words.js";
import { useAnnounce } from "./announcer.js";
import { Heading } from "./heading.js";
import { Icon, type IconName } from "./icon.js";
import { ProblemNotice } from "./notice.js";

interface RunningProps {
  session: Session;
  request: ResetRequest;
  plan: Report;
  onSignIn: (() => void) | undefined;
  /** Until it is over nobody may leave: the report would have nobody to read it. */
  onBusy: (busy: boolean) => void;
  onBack: () => void;
  onEnd: (report: Report, pass: string | undefined) => void;
}

interface Line {
  key: string;
  text: string;
  outcome: Event["outcome"];
}

const MARKS: Record<Event["outcome"], { icon: IconName; said: string }> = {
  started: { icon: "clock", said: "under way" },
  done: { icon: "done", said: "done" },
  alreadyGone: { icon: "done", said: "was gone already" },
  failed: { icon: "failed", said: "failed" },
  inDoubt: { icon: "question", said: "not certain yet" },
  skipped: { icon: "done", said: "not needed" },
};

/** The one screen on which something is written. */
export function Running({ session, request, plan, onSignIn, onBusy, onBack, onEnd }: RunningProps) {
  const [lines, setLines] = useState<Line[]>([]);
  const [failed, setFailed] = useState<Problem>();
  const [unknown, setUnknown] = useState(false);
  const [stopping, setStopping] = useState(false);
  const stop = useRef(new AbortController());
  const announce = useAnnounce();
  const name = plan.user.displayName || plan.user.userPrincipalName || "";

  useEffect(() => {
    const tell = (event: Event): void => {
      if (event.step === "finished" || (event.outcome === "failed" && event.step === "read")) {
        return;
      }
      const key = `${event.step} ${event.method?.id ?? ""}`;
      const line = { key, text: step(event), outcome: event.outcome };
      setLines((before) => {
        // A wait is over with whatever follows.
        const lines = before.filter((other) => other.key !== "wait ");
        return lines.some((other) => other.key === key) ? lines.map((other) => (other.key === key ? line : other)) : [...lines, line];
      });
      if (event.outcome !== "started") {
        announce(`${line.text}: ${MARKS[event.outcome].said}`);
      }
    };
    const leave = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", leave);
    onBusy(true);
    session.client
      .reset(request, { onEvent: tell, signal: stop.current.signal })
      .then(
        (report) => {
          // The pass goes its own way: whatever shows or prints the report does not have it.
          const { temporaryAccessPass, ...rest } = report;
          if (temporaryAccessPass === undefined) {
            onEnd(rest, undefined);
          } else {
            const { pass, ...about } = temporaryAccessPass;
            onEnd({ ...rest, temporaryAccessPass: about }, about.outcome === "issued" ? pass : undefined);
          }
        },
        async (error: unknown) => {
          setUnknown(isDefect(error));
          setFailed(await explain(error, session.client, request));
        },
      )
      .finally(() => {
        window.removeEventListener("beforeunload", leave);
        onBusy(false);
      });
  }, []);

  return (
    <div class="running">
      <Heading title={failed ? "Not done" : "Under way"} key={failed ? "failed" : "running"}>
        {failed === undefined ? `Resetting ${name}…` : unknown ? `${name}: it is not known what was changed` : `${name}: nothing was changed`}
      </Heading>
      {failed ? (
        <>
          <ProblemNotice problem={failed} onSignIn={onSignIn} onAgain={onBack} />
          <p class="actions">
            <button type="button" onClick={onBack}>
              Back to {name}
            </button>
          </p>
        </>
      ) : (
        <p class="lead">Keep this page open until it is finished.</p>
      )}
      <ol class="steps">
        {lines.map(({ key, text, outcome }) => (
          <li key={key} class={`step ${outcome}`}>
            <Icon name={MARKS[outcome].icon} />
            <span>{text}</span> <span class="muted">{MARKS[outcome].said}</span>
          </li>
        ))}
      </ol>
      {!failed && (
        <p class="actions">
          <button
            type="button"
            class="quiet"
            aria-disabled={stopping}
            onClick={() => {
              setStopping(true);
              stop.current.abort();
            }}
          >
            {stopping ? "Stopping…" : "Stop"}
          </button>
          <span class="hint">What is done by then stays done, and the record says so.</span>
        </p>
      )}
    </div>
  );
}
