import type { Kind } from "entra-mfa-reset";

const PATHS = {
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5",
  phone: "M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3Zm3 15h2",
  shield: "M12 3.5 19 6v5.5c0 4.3-2.9 7.3-7 9-4.1-1.7-7-4.7-7-9V6zM9 12l2.2 2.2L15.3 10",
  code: "M5 6.5h14v11H5zM8.5 12h.01M12 12h.01M15.5 12h.01",
  key: "M14.5 14a4.5 4.5 0 1 0-4.2-3L4 17.5V20h3v-2h2v-2h2l1.3-1.7a4.5 4.5 0 0 0 2.2-.3ZM15.5 8.5h.01",
  face: "M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8m8 0h2.5A1.5 1.5 0 0 1 20 5.5V8m0 8v2.5a1.5 1.5 0 0 1-1.5 1.5H16m-8 0H5.5A1.5 1.5 0 0 1 4 18.5V16M9 9.5v1M15 9.5v1M9 14.5c1.8 1.6 4.2 1.6 6 0",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  ticket: "M4 8.5V6h16v2.5a3.5 3.5 0 0 0 0 7V18H4v-2.5a3.5 3.5 0 0 0 0-7ZM14 6v12",
  square: "M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM14 14h2v2h-2zM18 18h1v1h-1z",
  lock: "M6.5 10.5h11v9h-11zM9 10.5V8a3 3 0 0 1 6 0v2.5",
  question: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM9.8 9.7a2.3 2.3 0 1 1 3.3 2.3c-.8.4-1.1.9-1.1 1.7M12 16.5h.01",
  link: "M10 14a4 4 0 0 0 5.7 0l2.6-2.6a4 4 0 0 0-5.7-5.7L11.3 7M14 10a4 4 0 0 0-5.7 0l-2.6 2.6a4 4 0 0 0 5.7 5.7l1.3-1.3",
  done: "M5 12.5 10 17.5 19 7",
  failed: "M6.5 6.5l11 11m0-11-11 11",
  warning: "M12 4 21 19.5H3zM12 10v4.5M12 17.2h.01",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5",
  clock: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2",
};

export type IconName = keyof typeof PATHS;

export const KIND_ICONS: Record<Kind, IconName> = {
  phone: "phone",
  microsoftAuthenticator: "shield",
  passwordlessMicrosoftAuthenticator: "shield",
  softwareOath: "code",
  hardwareOath: "code",
  fido2: "key",
  windowsHelloForBusiness: "face",
  platformCredential: "face",
  email: "mail",
  temporaryAccessPass: "ticket",
  qrCodePin: "square",
  external: "link",
  resourceAccountKey: "key",
  password: "lock",
  unknown: "question",
};

/** Decoration: what it means is always said in words as well. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
