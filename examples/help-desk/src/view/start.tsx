import { useEffect, useRef, useState } from "preact/hooks";
import type { Config } from "../config.js";
import { type Problem, problem, signInProblem } from "../problem.js";
import type { Session } from "../session.js";
import type { SignIn } from "../sign-in.js";
import { Heading } from "./heading.js";
import { Notice, ProblemNotice } from "./notice.js";

interface StartProps {
  config: Config | undefined;
  broken: string | undefined;
  signIn: SignIn | undefined;
  farewell: boolean;
  autoFocus: boolean;
  onSession: (session: Session) => void;
}

/** Nobody is signed in. */
export function Start({ config, broken, signIn, farewell, autoFocus, onSession }: StartProps) {
  const [waiting, setWaiting] = useState(false);
  const [failed, setFailed] = useState<Problem>();
  const attempt = useRef(0);
  useEffect(() => () => void (attempt.current += 1), []);

  const begin = (opening: Promise<Session>, explain: (error: unknown) => Problem): void => {
    const mine = (attempt.current += 1);
    setFailed(undefined);
    setWaiting(true);
    opening
      .then(
        (session) => (mine === attempt.current ? onSession(session) : session.end()),
        (error: unknown) => mine === attempt.current && setFailed(explain(error)),
      )
      .finally(() => mine === attempt.current && setWaiting(false));
  };
  const simulate = (): void => {
    if (config !== undefined) {
      begin(import("../sandbox.js").then(({ openSandbox }) => openSandbox(config)), problem);
    }
  };

  return (
    <div class="start">
      <Heading title="Start" focus={autoFocus}>
        Reset a user's sign-in methods
      </Heading>
      <p class="lead">
        For somebody with a new phone, a lost one or a stolen one: see what is registered, remove what should go, and hand over a pass
        to register again.
      </p>
      {farewell && <Notice tone="plain" title="You have left"><p>This page has forgotten everything that was on it.</p></Notice>}
      {broken !== undefined && <Notice tone="bad" title="This page is not set up correctly" alert><p>{broken}</p></Notice>}
      {failed && <ProblemNotice problem={failed} />}
      {config === undefined && broken === undefined && <p class="loading">Loading…</p>}
      {config && broken === undefined && (
        <div class="doors">
          <section class="card door" aria-labelledby="door-sign-in">
            <h2 id="door-sign-in">Your directory</h2>
            {config.signIn === undefined ? (
              <p>
                Signing in is not set up yet: <code>config.json</code> names no directory and no application. The README of this page says
                how.
              </p>
            ) : (
              <>
                <p>Sign in with your work account. You can do here what your role in Microsoft Entra allows.</p>
                {waiting ? (
                  <p class="actions">
                    <span>Waiting for the sign-in window…</span>
                    <button type="button" class="quiet" onClick={() => { attempt.current += 1; setWaiting(false); }}>
                      Cancel
                    </button>
                  </p>
                ) : (
                  <p class="actions">
                    <button type="button" class="primary" disabled={signIn === undefined} onClick={() => signIn && begin(signIn.open(), signInProblem)}>
                      Sign in with Microsoft
                    </button>
                  </p>
                )}
              </>
            )}
          </section>
          <section class="card door" aria-labelledby="door-try">
            <h2 id="door-try">Try it</h2>
            <p>A simulated directory inside this page, as strict as the real one. No account, nothing real, nothing to break.</p>
            <p class="actions">
              <button type="button" class={config.signIn === undefined ? "primary" : ""} onClick={simulate}>
                Try it without an account
              </button>
            </p>
          </section>
        </div>
      )}
    </div>
  );
}
