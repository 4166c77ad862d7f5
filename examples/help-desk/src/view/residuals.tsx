import type { Residual } from "entra-mfa-reset";
import { residual } from "../words.js";

/** What a reset cannot reach, in plain words. */
export function Residuals({ residuals, title }: { residuals: Residual[]; title: string }) {
  if (residuals.length === 0) {
    return null;
  }
  return (
    <section class="residuals" aria-labelledby="residuals">
      <h2 id="residuals" class="group-title">
        {title}
      </h2>
      <ul>
        {residuals.map((found) => {
          const { title, text } = residual(found);
          return (
            <li key={found.code}>
              <strong>{title}.</strong> {text}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
