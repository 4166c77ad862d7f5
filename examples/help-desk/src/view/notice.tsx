import type { ComponentChildren } from "preact";
import type { Problem } from "../problem.js";
import { Icon, type IconName } from "./icon.js";

export type Tone = "bad" | "warn" | "good" | "plain";

const ICONS: Record<Tone, IconName> = { bad: "failed", warn: "warning", good: "done", plain: "question" };

interface NoticeProps {
  tone: Tone;
  title: string;
  children?: ComponentChildren;
  /** Of the page's outline: below the heading of the screen or of a section. */
  level?: 2 | 3;
  /** It appears by itself and has to be heard at once. */
  alert?: boolean;
}

/** A box that says something important. */
export function Notice({ tone, title, children, level = 2, alert = false }: NoticeProps) {
  const Title = level === 2 ? "h2" : "h3";
  return (
    <div class={`notice ${tone}`} {...(alert ? { role: "alert" } : {})}>
      <Icon name={ICONS[tone]} />
      <div>
        <Title class="notice-title">{title}</Title>
        {children}
      </div>
    </div>
  );
}

interface ProblemNoticeProps {
  problem: Problem;
  level?: 2 | 3;
  alert?: boolean;
  onAgain?: (() => void) | undefined;
  onSignIn?: (() => void) | undefined;
}

/** An error, with what can be done about it. */
export function ProblemNotice({ problem, level = 2, alert = true, onAgain, onSignIn }: ProblemNoticeProps) {
  const { title, text, next, why, missing, support } = problem;
  return (
    <Notice tone={next === "none" ? "warn" : "bad"} title={title} level={level} alert={alert}>
      <p>{text}</p>
      {why && <p>{why}</p>}
      {missing && (
        <>
          <p>Missing permissions or roles:</p>
          <ul>
            {missing.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </>
      )}
      {support && <p class="support">For support: {support}</p>}
      {(next === "signIn" && onSignIn) || (next === "again" && onAgain) ? (
        <p class="actions">
          {next === "signIn" ? (
            <button type="button" onClick={onSignIn}>
              Sign in again
            </button>
          ) : (
            <button type="button" onClick={onAgain}>
              Try again
            </button>
          )}
        </p>
      ) : null}
    </Notice>
  );
}
