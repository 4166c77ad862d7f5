import { MfaResetError } from "entra-mfa-reset";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Problem, problem } from "../problem.js";
import type { SearchResult, Session } from "../session.js";
import { count } from "../words.js";
import { useAnnounce } from "./announcer.js";
import { Heading } from "./heading.js";
import { Icon } from "./icon.js";
import { ProblemNotice } from "./notice.js";

const ID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const FORBIDDEN: Problem = {
  title: "You may not search by name",
  text: "Type the full user name, as in adele.vance@contoso.com, or the object id.",
  next: "none",
};

interface FindProps {
  session: Session;
  /** What was searched before, when somebody comes back. */
  first: string;
  onSearch: (text: string) => void;
  onUser: (user: string, name: string) => void;
  onSignIn: (() => void) | undefined;
}

/** Who is it about? */
export function Find({ session, first, onSearch, onUser, onSignIn }: FindProps) {
  const [text, setText] = useState(first);
  const [empty, setEmpty] = useState(false);
  const [searching, setSearching] = useState(false);
  const [result, setResult] = useState<SearchResult>();
  const [failed, setFailed] = useState<Problem>();
  const announce = useAnnounce();
  const input = useRef<HTMLInputElement>(null);
  const search = useRef<AbortController | undefined>(undefined);

  useLayoutEffect(() => {
    // One user after the other, all day: straight to typing.
    input.current?.focus();
    window.scrollTo(0, 0);
  }, []);
  useEffect(() => {
    if (first !== "") {
      find(first);
    }
    return () => search.current?.abort();
  }, []);

  const find = (wanted: string): void => {
    search.current?.abort();
    const mine = (search.current = new AbortController());
    setFailed(undefined);
    setResult(undefined);
    setSearching(true);
    onSearch(wanted);
    session
      .find(wanted, mine.signal)
      .then((found) => {
        if (!mine.signal.aborted) {
          setResult(found);
          announce(found.users.length === 0 ? "Nobody found" : `${count(found.users.length, "user")} found`);
        }
      })
      .catch((error: unknown) => {
        if (!mine.signal.aborted) {
          setFailed(error instanceof MfaResetError && error.code === "forbidden" ? FORBIDDEN : problem(error));
        }
      })
      .finally(() => mine === search.current && setSearching(false));
  };

  const submit = (event: Event): void => {
    event.preventDefault();
    const wanted = text.trim();
    setEmpty(wanted === "");
    if (wanted === "") {
      input.current?.focus();
    } else if (wanted.includes("@") || ID.test(wanted)) {
      onSearch("");
      onUser(wanted, wanted);
    } else {
      find(wanted);
    }
  };

  return (
    <div class="find">
      <Heading title="Find a user" focus={false}>Find a user</Heading>
      <form role="search" aria-label="Users" onSubmit={submit} noValidate>
        <label for="who">Name, user name or object id</label>
        <div class="field-row">
          <input
            id="who"
            ref={input}
            type="search"
            value={text}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby={empty ? "who-empty who-hint" : "who-hint"}
            aria-invalid={empty}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button type="submit" class="primary">
            <Icon name="search" />
            Find
          </button>
        </div>
        {empty && (
          <p id="who-empty" class="field-error">
            Type the beginning of a name first.
          </p>
        )}
        <p id="who-hint" class="hint">
          The beginning of a name is enough. {session.simulated && <>In the simulation try <b>Adele</b>, <b>MOD</b> (an administrator) or <b>Joni</b>.</>}
        </p>
      </form>
      {failed && <ProblemNotice problem={failed} onSignIn={onSignIn} onAgain={() => find(text.trim())} />}
      {searching && <p class="loading">Searching…</p>}
      {result && result.users.length === 0 && (
        <div class="empty">
          <p>
            <strong>Nobody found.</strong>
          </p>
          <p>Try fewer letters, the surname, or the full user name.</p>
        </div>
      )}
      {result && result.users.length > 0 && (
        <section aria-labelledby="found">
          <h2 id="found" class="small-title">
            {count(result.users.length, "user")}
          </h2>
          <ul class="people">
            {result.users.map(({ id, displayName, userPrincipalName }) => (
              <li key={id}>
                <button type="button" class="person" onClick={() => onUser(id, displayName || userPrincipalName)}>
                  <span class="initials" aria-hidden="true">
                    {initials(displayName || userPrincipalName)}
                  </span>
                  <span class="person-names">
                    <span class="person-name">{displayName || userPrincipalName}</span> <span class="muted">{userPrincipalName}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {result.more && <p class="hint">There are more. Type more of the name.</p>}
        </section>
      )}
    </div>
  );
}

/** `AV` of Adele Vance. */
export function initials(name: string): string {
  const words = name.split(/[\s.@]+/).filter((word) => /\p{L}/u.test(word));
  return [words[0], words.length > 1 ? words[words.length - 1] : undefined].map((word) => word?.[0] ?? "").join("").toUpperCase();
}
