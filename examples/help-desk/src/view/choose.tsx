import type { Kind, Status } from "entra-mfa-reset";
import type { Choice } from "../plan.js";
import { KINDS } from "../words.js";

const PRESETS = [
  ["reRegister", "Register again", "Phones, authenticator apps and codes go. Passkeys and Windows Hello stay. For a new or lost phone."],
  ["contactDetails", "Contact details", "Phone numbers and the e-mail address go. For a changed number."],
  ["all", "Everything", "All that can be removed goes, passkeys included. For a stolen device or a takeover."],
  ["kinds", "Pick kinds", "Only what you tick."],
] as const;

const SIGNS_OUT: Record<Choice["methods"], boolean> = { reRegister: true, contactDetails: false, all: true, kinds: true };

interface ChooseProps {
  choice: Choice;
  status: Status;
  passMinutes: number | undefined;
  disabled: boolean;
  onChange: (choice: Choice) => void;
}

/** What to do with this user. */
export function Choose({ choice, status, passMinutes, disabled, onChange }: ChooseProps) {
  const registered = status.methods.map(({ kind }) => kind).filter((kind) => kind !== "password" && kind !== "unknown");
  const kinds = [...new Set(registered)];
  const tick = (kind: Kind, on: boolean): void =>
    onChange({ ...choice, kinds: on ? [...choice.kinds, kind] : choice.kinds.filter((other) => other !== kind) });
  return (
    <form class="choose" onSubmit={(event) => event.preventDefault()}>
      <fieldset disabled={disabled}>
        <legend>What should go?</legend>
        {PRESETS.map(([methods, title, text]) => (
          <div class="option" key={methods}>
            <input
              type="radio"
              name="methods"
              id={`methods-${methods}`}
              checked={choice.methods === methods}
              aria-describedby={`methods-${methods}-text`}
              onChange={() => onChange({ ...choice, methods, revokeSessions: SIGNS_OUT[methods] })}
            />
            <div>
              <label for={`methods-${methods}`}>{title}</label>
              <p id={`methods-${methods}-text`} class="hint">
                {text}
              </p>
            </div>
          </div>
        ))}
      </fieldset>
      {choice.methods === "kinds" && (
        <fieldset disabled={disabled} class="kinds">
          <legend>Kinds that are registered</legend>
          {kinds.length === 0 && <p class="hint">Nothing that could be removed is registered.</p>}
          {kinds.map((kind) => (
            <div class="option" key={kind}>
              <input type="checkbox" id={`kind-${kind}`} checked={choice.kinds.includes(kind)} onChange={(event) => tick(kind, event.currentTarget.checked)} />
              <label for={`kind-${kind}`}>{KINDS[kind]}</label>
            </div>
          ))}
        </fieldset>
      )}
      <fieldset disabled={disabled}>
        <legend>And then</legend>
        <div class="option">
          <input type="checkbox" id="pass" checked={choice.pass} aria-describedby="pass-text" onChange={(event) => onChange({ ...choice, pass: event.currentTarget.checked })} />
          <div>
            <label for="pass">Issue a Temporary Access Pass</label>
            <p id="pass-text" class="hint">
              A code that lets the user in to register again{passMinutes === undefined ? "" : `, for ${duration(passMinutes)}`}. It is issued first: if
              that fails, nothing is removed.
            </p>
          </div>
        </div>
        <div class="option">
          <input
            type="checkbox"
            id="revoke"
            checked={choice.revokeSessions}
            onChange={(event) => onChange({ ...choice, revokeSessions: event.currentTarget.checked })}
          />
          <label for="revoke">Sign the user out everywhere</label>
        </div>
      </fieldset>
      <div class="field">
        <label for="reason">Ticket or note (optional)</label>
        <input
          id="reason"
          type="text"
          autocomplete="off"
          maxLength={200}
          value={choice.reason}
          disabled={disabled}
          aria-describedby="reason-hint"
          onInput={(event) => onChange({ ...choice, reason: event.currentTarget.value })}
        />
        <p id="reason-hint" class="hint">
          Stands in the record. No secrets.
        </p>
      </div>
    </form>
  );
}

function duration(minutes: number): string {
  return minutes % 60 === 0 ? `${minutes / 60} ${minutes === 60 ? "hour" : "hours"}` : `${minutes} minutes`;
}
