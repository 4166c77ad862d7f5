import type { Report, ResetRequest } from "entra-mfa-reset";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Config } from "../config.js";
import { type Problem, signInProblem } from "../problem.js";
import type { Session } from "../session.js";
import type { SignIn } from "../sign-in.js";
import { Find } from "./find.js";
import { Notice, ProblemNotice } from "./notice.js";
import { Outcome } from "./outcome.js";
import { Running } from "./running.js";
import { User } from "./user.js";

type Screen =
  | { at: "find" }
  | { at: "user"; user: string; name: string }
  | { at: "running"; request: ResetRequest; plan: Report }
  | { at: "outcome"; report: Report; plan: Report; pass: string | undefined };

interface DeskProps {
  session: Session;
  config: Config;
  signIn: SignIn | undefined;
  onSession: (session: Session) => void;
  onBusy: (busy: boolean) => void;
}

/** One user after the other: find, look and choose, run, record. */
export function Desk({ session, config, signIn, onSession, onBusy }: DeskProps) {
  const [screen, setScreen] = useState<Screen>({ at: "find" });
  const [failed, setFailed] = useState<Problem>();
  const [renewed, setRenewed] = useState(false);
  const found = useRef("");
  useEffect(() => setRenewed(false), [screen]);

  const renew =
    signIn === undefined || session.simulated
      ? undefined
      : (): void => {
          setFailed(undefined);
          setRenewed(false);
          signIn.open().then(
            (renewedSession) => {
              setRenewed(true);
              onSession(renewedSession);
            },
            (error: unknown) => setFailed(signInProblem(error)),
          );
        };
  const look = ({ user: { id = "", displayName, userPrincipalName } }: Report): void =>
    setScreen({ at: "user", user: id, name: displayName || userPrincipalName || id });
  const next = (): void => {
    found.current = "";
    setScreen({ at: "find" });
  };

  return (
    <>
      {failed && <ProblemNotice problem={failed} onSignIn={renew} />}
      {renewed && (
        <Notice tone="good" title="You are signed in again." alert>
          <p>Go on where you were.</p>
        </Notice>
      )}
      {screen.at === "find" && (
        <Find session={session} first={found.current} onSearch={(text) => (found.current = text)} onSignIn={renew} onUser={(user, name) => setScreen({ at: "user", user, name })} />
      )}
      {screen.at === "user" && (
        <User
          key={screen.user}
          session={session}
          config={config}
          user={screen.user}
          name={screen.name}
          onSignIn={renew}
          onBack={() => setScreen({ at: "find" })}
          onRun={(request, plan) => setScreen({ at: "running", request, plan })}
        />
      )}
      {screen.at === "running" && (
        <Running
          session={session}
          request={screen.request}
          plan={screen.plan}
          onSignIn={renew}
          onBusy={onBusy}
          onBack={() => look(screen.plan)}
          onEnd={(report, pass) => setScreen({ at: "outcome", report, plan: screen.plan, pass })}
        />
      )}
      {screen.at === "outcome" && (
        <Outcome
          session={session}
          report={screen.report}
          pass={screen.pass}
          onForget={() => setScreen({ ...screen, pass: undefined })}
          onSignIn={renew}
          onAgain={() => look(screen.report)}
          onNext={next}
        />
      )}
    </>
  );
}
