import type { Event, Kind, MethodReport, Residual, ResidualCode } from "entra-mfa-reset";

/** The kinds as people call them. */
export const KINDS: Record<Kind, string> = {
  phone: "Phone",
  microsoftAuthenticator: "Microsoft Authenticator",
  passwordlessMicrosoftAuthenticator: "Authenticator, passwordless",
  softwareOath: "Authenticator app code",
  hardwareOath: "Hardware token",
  fido2: "Passkey or security key",
  windowsHelloForBusiness: "Windows Hello",
  platformCredential: "Mac platform credential",
  email: "E-mail address",
  temporaryAccessPass: "Temporary Access Pass",
  qrCodePin: "QR code and PIN",
  external: "External method",
  resourceAccountKey: "Room or device key",
  password: "Password",
  unknown: "Unknown kind",
};

const REASONS: Record<string, string> = {
  "not selected": "Not part of this choice.",
  "a password is reset, not removed": "A password is not part of an MFA reset.",
  "it is not among what was planned, so it may have been registered since": "Registered after you looked, so it was left alone.",
};

/** Why a method stays, as a sentence. */
export function why({ reason }: MethodReport): string {
  return reason === undefined ? "" : (REASONS[reason] ?? sentence(reason));
}

/** A sentence of the engine, with the kinds as people call them. The simple names among them are words, too, outside of a list. */
export function sentence(text: string): string {
  const plain = text
    .replace(/: (\w+(?:, \w+)*)$/, (list) => list.replace(/\w+/g, (word) => (isKind(word) ? KINDS[word] : word)))
    .replace(/\b\w*[a-z][A-Z0-9]\w*\b/g, (word) => (isKind(word) ? KINDS[word] : word));
  const whole = plain.charAt(0).toUpperCase() + plain.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word);
}

/** What a reset cannot reach: a headline, and what to tell. Where there is no text, the engine's own has the details. */
const RESIDUALS: Record<ResidualCode, { title: string; text?: string }> = {
  accessTokensLive: {
    title: "Open apps may work for about an hour",
    text: "What is signed in right now can go on until its access token ends. Whoever has a stolen device may use that time.",
  },
  appPasswords: { title: "App passwords are not touched", text: "Only the Microsoft Entra admin center can remove them." },
  guestHomeSessions: {
    title: "A guest signs in at home",
    text: "The password and the sessions belong to the guest's own organisation, which has to end them.",
  },
  hiddenKinds: { title: "Some kinds of method could not be seen" },
  unknownKinds: { title: "There is a method that this page does not know" },
  keptSignInMethods: { title: "Some methods stay and still work" },
  methodsAdded: { title: "Something was registered meanwhile" },
  signInWithoutMfaUntilRegistered: {
    title: "For now the password may be enough",
    text: "Until the user registers again, the password alone signs in wherever no policy asks for more.",
  },
  registrationMayBeBlocked: {
    title: "The user may be locked out",
    text: "No pass was issued and no strong method is left. If your organisation protects registration, the user cannot register without a Temporary Access Pass.",
  },
  resourceAccount: { title: "This account signs a device in by itself" },
  guardUnreadable: {
    title: "Not all of the user's roles could be checked",
    text: "Your sign-in may not read them. Microsoft still refuses what your own role does not allow.",
  },
  backupIncomplete: { title: "The backup is not complete" },
  notRestored: { title: "Not everything comes back" },
  tokenNotActivated: { title: "A hardware token must be activated" },
};

export function residual({ code, message }: Residual): { title: string; text: string } {
  const { title, text = sentence(message) } = RESIDUALS[code];
  return { title, text };
}

const STEPS: Record<Event["step"], [doing: string, done: string]> = {
  read: ["Looking at the account", "Looked at the account"],
  guard: ["Checking whether the user may be reset", "The user may be reset"],
  plan: ["Planning", "The steps are planned"],
  temporaryAccessPass: ["Issuing a Temporary Access Pass", "Temporary Access Pass issued"],
  signInPreference: ["Moving the default method", "Default method moved"],
  method: ["Removing", "Removed"],
  perUserMfa: ["Setting the per-user state", "Per-user state set"],
  sessions: ["Signing the user out everywhere", "User signed out everywhere"],
  verification: ["Checking the live list", "Checked the live list"],
  wait: ["Waiting, as Microsoft asks", "Waited"],
  finished: ["Finishing", "Finished"],
};

/** A method in a line. */
export function describe({ kind, label }: { kind: Kind; label: string }): string {
  const title = KINDS[kind];
  return label.toLowerCase() === title.toLowerCase() ? title : `${title}: ${label}`;
}

/** One step in words. */
export function step({ step, outcome, method, waitMilliseconds }: Event): string {
  const [doing, done] = STEPS[step];
  const over = outcome === "done" || outcome === "alreadyGone";
  if (method !== undefined) {
    const deactivates = method.action === "deactivate";
    const verb = over ? (deactivates ? "Deactivated" : "Removed") : deactivates ? "Deactivating" : "Removing";
    return `${verb} ${describe(method)}`;
  }
  if (step === "wait" && waitMilliseconds !== undefined) {
    return `Microsoft needs time: going on in ${Math.ceil(waitMilliseconds / 1000)} s`;
  }
  return over ? done : doing;
}

/** `3 methods`, `1 method`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
