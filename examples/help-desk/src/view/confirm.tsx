import type { Report } from "entra-mfa-reset";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { describe } from "../words.js";

interface ConfirmProps {
  plan: Report;
  does: string[];
  simulated: boolean;
  onCancel: () => void;
  onConfirm: () => void;
}

/** The last look before anything is written. */
export function Confirm({ plan, does, simulated, onCancel, onConfirm }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const name = plan.user.displayName || plan.user.userPrincipalName || plan.user.id || "";
  const goes = plan.methods.filter(({ action }) => action !== "keep");

  // At once, so that whoever types on does not type into nothing.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  const submit = (event: Event): void => {
    event.preventDefault();
    if (normal(typed) === normal(name)) {
      onConfirm();
    } else {
      setWrong(true);
      input.current?.focus();
    }
  };

  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onCancel}>
      <form onSubmit={submit} noValidate>
        <h2 id="confirm-title">Reset {name}?</h2>
        <p class="muted">
          {plan.user.userPrincipalName}
          {simulated && " (simulated)"}
        </p>
        {goes.length > 0 && (
          <>
            <p>These are removed and do not come back:</p>
            <ul>
              {goes.map((method) => (
                <li key={`${method.kind} ${method.id}`}>
                  {describe(method)}
                  {method.action === "deactivate" && " (deactivated, stays assigned)"}
                </li>
              ))}
            </ul>
          </>
        )}
        {does.length > (goes.length > 0 ? 1 : 0) && (
          <>
            <p>{goes.length > 0 ? "Besides:" : "This will:"}</p>
            <ul>
              {does.slice(goes.length > 0 ? 1 : 0).map((what) => (
                <li key={what}>{what}</li>
              ))}
            </ul>
          </>
        )}
        <div class="field">
          <label for="confirm-name">
            Type <b>{name}</b> to confirm
          </label>
          <input
            id="confirm-name"
            ref={input}
            type="text"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={typed}
            aria-invalid={wrong}
            aria-describedby={wrong ? "confirm-wrong" : undefined}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setWrong(false);
            }}
          />
          {wrong && (
            <p id="confirm-wrong" class="field-error" role="alert">
              That is not the name. Make sure that it is the right person.
            </p>
          )}
        </div>
        <div class="actions">
          <button type="submit" class="danger">
            Reset now
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

function normal(name: string): string {
  return name.normalize("NFKC").trim().replace(/\s+/g, " ").replaceAll("’", "'").toLowerCase();
}
