import { useEffect, useErrorBoundary, useRef, useState } from "preact/hooks";
import { type Config, readConfig } from "./config.js";
import type { Session } from "./session.js";
import type { SignIn } from "./sign-in.js";
import { Desk } from "./view/desk.js";
import { Announcer } from "./view/announcer.js";
import { Icon } from "./view/icon.js";
import { Notice } from "./view/notice.js";
import { Start } from "./view/start.js";

/** Signed out, or at the desk. */
export function App() {
  const [config, setConfig] = useState<Config>();
  const [broken, setBroken] = useState<string>();
  const [session, setSession] = useState<Session>();
  const [farewell, setFarewell] = useState(false);
  const [signIn, setSignIn] = useState<SignIn>();
  const [busy, setBusy] = useState(false);
  const [defect] = useErrorBoundary((error: unknown) => console.error(error instanceof Error ? error.name : "error"));
  const isFirst = useRef(true);

  useEffect(() => {
    readConfig()
      .then(async (read) => {
        setConfig(read);
        if (read.signIn !== undefined) {
          const { SignIn } = await import("./sign-in.js");
          setSignIn(await SignIn.prepare(read, read.signIn));
        }
      })
      .catch((error: unknown) => setBroken(error instanceof Error ? error.message : String(error)));
  }, []);

  const begin = (begun: Session): void => {
    isFirst.current = false;
    setSession(begun);
  };
  const end = (): void => {
    session?.end();
    setSession(undefined);
    setFarewell(true);
  };

  if (defect !== undefined) {
    return (
      <main id="main">
        <Notice tone="bad" title="This page has a defect" alert>
          <p>It cannot go on. Reload it. If a reset was under way, look at that user again: it may have gone on.</p>
        </Notice>
      </main>
    );
  }
  return (
    <Announcer>
      <header class="bar">
        <p class="brand">
          <img src="icon.svg" alt="" width="28" height="28" />
          <span>MFA reset</span>
        </p>
        {session && (
          <div class="account">
            <span class="account-name" title={session.account}>
              <Icon name="person" />
              <span>{session.account}</span>
            </span>
            <button type="button" class="quiet" aria-disabled={busy} title={busy ? "When the reset is over" : undefined} onClick={() => busy || end()}>
              {session.simulated ? "Leave" : "Sign out"}
            </button>
          </div>
        )}
      </header>
      {session?.simulated && (
        <aside class="simulation" aria-label="Simulation">
          <strong>Simulation.</strong> These people do not exist, and nothing leaves this page.
        </aside>
      )}
      <main id="main">
        {session !== undefined && config !== undefined ? (
          <Desk key={session.account} session={session} config={config} signIn={signIn} onSession={setSession} onBusy={setBusy} />
        ) : (
          <Start config={config} broken={broken} signIn={signIn} farewell={farewell} autoFocus={!isFirst.current} onSession={begin} />
        )}
      </main>
      <footer class="foot">
        <p>Nothing is stored: no cookie, no local data. Closing the page forgets everything.</p>
      </footer>
    </Announcer>
  );
}
