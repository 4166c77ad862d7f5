import { MfaResetClient } from "entra-mfa-reset";
import { settings } from "./settings.js";

/** A client as the app's managed identity. Each of its steps is a line in the invocation's log, with who asked for it. */
export function clientFor(context, { requestedBy, protect = [] }) {
  return new MfaResetClient(
    { managedIdentity: { clientId: settings.identity } },
    {
      protect: [...settings.protect, ...protect],
      // An invocation has minutes, not hours: what takes longer is tried again from the start.
      limits: { retrySeconds: 20 },
      onEvent: (event) => context.log(JSON.stringify({ requestedBy, ...event })),
      ...(settings.graphUrl && { graphUrl: settings.graphUrl }),
    },
  );
}
