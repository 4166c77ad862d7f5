import type { MethodReport, MethodStatus, Report, Status } from "entra-mfa-reset";
import { age, date } from "../time.js";
import { KINDS, why } from "../words.js";
import { Icon, KIND_ICONS } from "./icon.js";

interface MethodsProps {
  status: Status;
  /** None where nothing may be done. */
  plan: Report | undefined;
}

/** What is registered, as cards: what would go first, then what stays and why. */
export function Methods({ status, plan }: MethodsProps) {
  const details = new Map(status.methods.map((method) => [`${method.kind} ${method.id}`, method]));
  if (plan === undefined) {
    return <Group title="Registered" methods={status.methods.map((method) => ({ method }))} empty="Nothing is registered." />;
  }
  const shown = plan.methods.map((fate) => ({ fate, method: details.get(`${fate.kind} ${fate.id}`) ?? fate }));
  const goes = shown.filter(({ fate }) => fate.action !== "keep");
  const stays = shown.filter(({ fate }) => fate.action === "keep");
  return (
    <>
      <Group title="Goes" methods={goes} empty="Nothing would be removed." tone="goes" />
      <Group title="Stays" methods={stays} empty="Nothing would be left." tone="stays" />
    </>
  );
}

interface Shown {
  method: MethodStatus;
  fate?: MethodReport;
}

function Group({ title, methods, empty, tone }: { title: string; methods: Shown[]; empty: string; tone?: "goes" | "stays" }) {
  const id = `group-${title.toLowerCase()}`;
  return (
    <section class={`group ${tone ?? ""}`} aria-labelledby={id}>
      <h2 id={id} class="group-title">
        {title} <span class="muted">({methods.length})</span>
      </h2>
      {methods.length === 0 ? (
        <p class="empty">{empty}</p>
      ) : (
        <ul class="methods">
          {methods.map(({ method, fate }) => (
            <Card key={`${method.kind} ${method.id}`} method={method} fate={fate} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Card({ method, fate }: { method: MethodStatus; fate: MethodReport | undefined }) {
  const { kind, label, graphType, createdDateTime, lastUsedDateTime, isDefault, isUsable, passkeyType } = method;
  const now = Date.now();
  const title = kind === "unknown" ? (graphType ?? KINDS.unknown) : KINDS[kind];
  const reason = fate === undefined ? "" : why(fate);
  return (
    <li class="method">
      <Icon name={KIND_ICONS[kind]} />
      <div class="method-text">
        <p class="method-title">
          <span>{title}</span>
          {isDefault === true && <span class="tag accent">Default</span>}
          {isUsable === false && <span class="tag warn">Not usable</span>}
          {fate?.action === "deactivate" && <span class="tag">Deactivated, stays assigned</span>}
        </p>
        {label.toLowerCase() !== title.toLowerCase() && (
          <p class="method-label">
            {label}
            {passkeyType === "synced" && ", synced"}
          </p>
        )}
        {kind !== "password" && (
          <p class="method-age">
            {createdDateTime === undefined ? "Date of registration unknown" : <Moment verb="Registered" when={createdDateTime} now={now} />}
            {lastUsedDateTime !== undefined && (
              <>
                {" · "}
                <Moment verb="last used" when={lastUsedDateTime} now={now} />
              </>
            )}
          </p>
        )}
        {reason !== "" && <p class="method-why">{reason}</p>}
      </div>
    </li>
  );
}

function Moment({ verb, when, now }: { verb: string; when: string; now: number }) {
  return (
    <>
      {verb} <time dateTime={when}>{date(when)}</time> ({age(when, now)})
    </>
  );
}
