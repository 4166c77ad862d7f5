import { useEffect, useRef, useState } from "preact/hooks";
import { clock, dateAndTime } from "../time.js";
import { useAnnounce } from "./announcer.js";

interface PassProps {
  pass: string;
  /** When it ends to work, by this computer's clock. */
  until: number;
  once: boolean;
  /** It is gone from this page. */
  onForget: () => void;
}

/** How near the end is said aloud. */
const WARNINGS = [300_000, 60_000];

/** The pass, to be read out. It is in no record, and gone when it ends or the page is left. */
export function Pass({ pass, until, once, onForget }: PassProps) {
  const [now, setNow] = useState(Date.now);
  const [shown, setShown] = useState(false);
  const [copied, setCopied] = useState<"yes" | "no">();
  const announce = useAnnounce();
  const warned = useRef(WARNINGS.filter((left) => until - Date.now() > left));
  const left = until - now;

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    const hide = (): void => setShown(false);
    window.addEventListener("pagehide", onForget);
    window.addEventListener("beforeprint", hide);
    return () => {
      clearInterval(timer);
      window.removeEventListener("pagehide", onForget);
      window.removeEventListener("beforeprint", hide);
    };
  }, []);
  useEffect(() => {
    if (left <= 0) {
      announce("The pass has ended and is gone from this page");
      onForget();
    } else if (warned.current[0] !== undefined && left <= warned.current[0]) {
      warned.current.shift();
      announce(`The pass ends in ${clock(left)}`);
    }
  }, [now]);

  const copy = (): void => {
    navigator.clipboard.writeText(pass).then(
      () => {
        setCopied("yes");
        announce("Pass copied");
      },
      () => setCopied("no"),
    );
  };

  return (
    <section class="card pass" aria-labelledby="pass-title">
      <h2 id="pass-title">Temporary Access Pass</h2>
      <p>
        For the user only. Make sure whom you are talking to. The user signs in with it and registers again
        {once ? "; it works once" : ""}.
      </p>
      {shown ? (
        <p class="pass-code">
          <code aria-hidden="true">{pass}</code>
          <span class="unseen">{[...pass].map(spoken).join(", ")}</span>
        </p>
      ) : (
        <p class="pass-code hidden-pass" aria-hidden="true">
          ••••••••
        </p>
      )}
      <p class="actions">
        <button type="button" class="primary" onClick={() => setShown(!shown)}>
          {shown ? "Hide the pass" : "Show the pass"}
        </button>
        <button type="button" onClick={copy}>
          Copy
        </button>
        <button type="button" class="quiet" onClick={onForget}>
          Handed over, forget it
        </button>
      </p>
      <p class="hint">
        Works until {dateAndTime(until)}: another{" "}
        <span role="timer" class="countdown">
          {clock(left)}
        </span>
        . Then it is gone from this page, too.
      </p>
      {copied === "yes" && <p class="hint">Copied. Clear the clipboard once it is handed over.</p>}
      {copied === "no" && (
        <p class="field-error" role="alert">
          This browser does not let the page copy. Show the pass instead.
        </p>
      )}
    </section>
  );
}

/** A character as it is read out. */
function spoken(character: string): string {
  return /\p{Lu}/u.test(character) ? `capital ${character}` : character;
}
