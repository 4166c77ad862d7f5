// Where the sign-in window comes back to: it hands the answer to the page and closes.
import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";

broadcastResponseToMainFrame().catch(() => {
  document.querySelector("p")?.replaceChildren("This window belongs to no sign-in. You may close it.");
});
