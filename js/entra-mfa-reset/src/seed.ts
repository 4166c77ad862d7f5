import type { Cloud } from "./contract.js";

/** A hardware OATH token, with whatever else Graph shows of such a device. */
export interface SandboxDevice {
  /** Graph's id of the device. */
  id: string;
  [property: string]: unknown;
}

/** What a simulated tenant holds before the first call. What is absent has a sensible default. */
export interface SandboxSeed {
  /** The directory id. */
  tenantId?: string;
  /** How long every answer takes. Two writes of one user that overlap within it are parallel. */
  latencyMilliseconds?: number;
  /** How this tenant behaves where Graph's behaviour depends on policy, cloud or luck. */
  settings?: SandboxSettings;
  /** The users. */
  users?: SandboxUser[];
  /** Users that are made instead of listed; they come after `users`. */
  crowd?: SandboxCrowd;
  /** Groups that hold members. They hold no roles; for a group that may, see {@link SandboxUser.groups}. */
  groups?: SandboxMembers[];
  /** Administrative units with restricted management, `/administrativeUnits/{id}`: a role in one protects its holder. */
  restrictedAdministrativeUnits?: string[];
  /** Hardware OATH tokens that nobody has, as Graph shows devices. Those of the users' methods count, too. */
  hardwareOathDevices?: SandboxDevice[];
  /** Ids of the external methods that the policy configures, beside those that users have. */
  externalConfigurations?: string[];
  /** The applications that the token endpoint knows. */
  apps?: SandboxApp[];
  /** The identities that the platform's endpoints hand out tokens of. */
  managedIdentities?: SandboxManagedIdentity[];
  /** What `X-IDENTITY-HEADER` must say; without it App Service's endpoint refuses everybody. */
  identityHeader?: string;
  /** Keep every request for the log. Without it memory stays flat. */
  keepLog?: boolean;
}

/** Users that are made, the same every time. Each has 3 to 6 methods that can be removed, and none is privileged. */
export interface SandboxCrowd {
  /** How many: `user00001@contoso.com` and on. */
  users?: number;
  /** Another seed, other users. */
  seed?: number;
}

/** A group and who is in it. */
export interface SandboxMembers {
  /** The group's object id. */
  id: string;
  /** The group's name. */
  displayName?: string;
  /** Object ids of users, and of other groups of the seed. */
  members?: string[];
  /** Members that are neither users nor groups. */
  otherMembers?: SandboxObject[];
}

/** A directory object of which nothing matters but that it can be a member. */
export interface SandboxObject {
  /** What it is; a device when absent. */
  type?: "user" | "group" | "device" | "orgContact" | "servicePrincipal";
  /** The object id. */
  id: string;
  /** The name. */
  displayName?: string;
}

/** How a tenant behaves where Graph's behaviour depends on policy, cloud or luck. */
export interface SandboxSettings {
  /** The national cloud: which kinds exist, and which audience a token needs. */
  cloud?: Cloud;
  /** Whether `/beta` answers at all. */
  betaAvailable?: boolean;
  /** The status of every `/beta` call where it does not. */
  betaRefusalStatus?: number;
  /** How long a removed method still shows, and how long a new one does not yet. */
  listLagMilliseconds?: number;
  /** How long a changed default still counts as the old one. */
  preferenceLagMilliseconds?: number;
  /** Which of the two known texts refuses the removal of the default. */
  defaultRuleText?: "otherMethodsConfigured" | "matchesCurrentDefault";
  /** Methods that v1.0 hides keep the default from being removed. */
  hiddenMethodsBlockDefault?: boolean;
  /** A usable Temporary Access Pass keeps the default from being removed. */
  passBlocksDefault?: boolean;
  /** Deactivating and deleting a hardware OATH token obeys the default rule. */
  hardwareOathObeysDefaultRule?: boolean;
  /** The default is one method, not one kind. */
  defaultIsOneMethod?: boolean;
  /** Which form of the external method's DELETE is routed. */
  externalDelete?: "reference" | "plain" | "either";
  /** The status of the other form. */
  externalDeleteRefusalStatus?: number;
  /** The code that every hardware OATH token shows, for its activation; 588651 when absent. */
  hardwareOathCode?: string;
  /** The mixed list carries a hardware OATH token's device. */
  deviceInMixedList?: boolean;
  /** Single methods come wrapped, as older documentation shows them. */
  wrapItems?: boolean;
  /** What revokeSignInSessions answers. */
  revokeAnswer?: "value" | "noContent";
  /** The Temporary Access Pass policy. */
  temporaryAccessPass?: SandboxPassPolicy;
  /** Licensed for Privileged Identity Management. */
  premium?: boolean;
  /** The status of a read of eligible roles without that licence. */
  premiumRefusalStatus?: number;
  /** Objects on one page of a directory list. */
  pageSize?: number;
  /** Calls in 10 seconds before Graph throttles; unlimited when absent. */
  callsPer10s?: number;
  /** The same for calls below `/users/{id}/authentication` alone. */
  methodCallsPer10s?: number;
  /** The same for HTTP requests, a batch being one. */
  batchesPer10s?: number;
  /** What is refused counts, too. */
  throttledCallsCount?: boolean;
  /** How a throttled call says when to come back. */
  retryAfter?: "seconds" | "fraction" | "date" | "absent";
  /** The first token that comes is refused with a claims challenge. */
  claimsChallenge?: boolean;
  /** How long the token endpoint's tokens live. */
  tokenLifetimeSeconds?: number;
  /** How long a managed identity's tokens live. */
  identityTokenLifetimeSeconds?: number;
  /** The platform hands out the same token until it is about to end. */
  identityTokenCache?: boolean;
  /** The statuses that a managed identity's endpoint answers first, one a request. */
  identityFailures?: number[];
}

/** The Temporary Access Pass policy. */
export interface SandboxPassPolicy {
  /** Whether passes can be issued at all. */
  enabled?: boolean;
  /** The shortest lifetime that may be asked for. */
  minimumLifetimeInMinutes?: number;
  /** The longest. */
  maximumLifetimeInMinutes?: number;
  /** The lifetime when none is asked for. */
  defaultLifetimeInMinutes?: number;
  /** Every pass serves one sign-in only. */
  isUsableOnce?: boolean;
  /** Characters of a pass. */
  defaultLength?: number;
  /** Object ids of those who can sign in with a pass; everybody when this and the groups are absent. */
  includeUsers?: string[];
  /** Object ids of groups whose members can. */
  includeGroups?: string[];
  /** Object ids of groups whose members cannot, whatever else includes them. */
  excludeGroups?: string[];
}

/** One user. */
export interface SandboxUser {
  /** The object id; made from the user's position when absent. */
  id?: string;
  /** The name to sign in with. */
  userPrincipalName?: string;
  /** The name to show. */
  displayName?: string;
  /** A guest with `#EXT#` in the name is external. */
  userType?: "Member" | "Guest";
  /** May sign in. */
  accountEnabled?: boolean;
  /** Member of a restricted management administrative unit. */
  isManagementRestricted?: boolean;
  /** A room or a shared device. */
  isResourceAccount?: boolean;
  /** Synchronised from an on-premises directory. */
  onPremisesSyncEnabled?: boolean;
  /** Sign-ins before this moment no longer count, RFC 3339. */
  signInSessionsValidFromDateTime?: string;
  /** The legacy per-user state. */
  perUserMfa?: "disabled" | "enabled" | "enforced";
  /** The stored default method. */
  signInPreferences?: SandboxSignInPreferences;
  /** Graph entities. The password is added when it is missing. */
  methods?: SandboxMethod[];
  /** Directory roles held directly. */
  roles?: SandboxRole[];
  /** Directory roles that the user may activate. */
  eligibleRoles?: SandboxRole[];
  /** Groups that the user is in, or owns. */
  groups?: SandboxGroup[];
  /** Groups that the user may make itself a member or an owner of. */
  eligibleGroups?: SandboxGroup[];
}

/** The stored default method. */
export interface SandboxSignInPreferences {
  /** Entra picks the strongest method at sign-in. */
  isSystemPreferredAuthenticationMethodEnabled?: boolean;
  /** `push`, `oath`, `voiceMobile`, `voiceAlternateMobile`, `voiceOffice`, `sms` or `none`. */
  userPreferredMethodForSecondaryAuthentication?: string;
}

/** One authentication method, as Graph shows it. */
export interface SandboxMethod {
  /** `#microsoft.graph.phoneAuthenticationMethod` for example. */
  "@odata.type": string;
  /** Graph's id. */
  id: string;
  /** What else the kind has. */
  [property: string]: unknown;
}

/** One role of one user. */
export interface SandboxRole {
  /** The role's template id. */
  roleDefinitionId: string;
  /** `/` for the whole directory, or an administrative unit. */
  directoryScopeId?: string;
  /** The role's name. */
  displayName?: string;
}

/** One group of one user. */
export interface SandboxGroup {
  /** The group's object id. */
  id: string;
  /** The group's name. */
  displayName?: string;
  /** May hold directory roles, which makes its members and owners privileged. */
  isAssignableToRole?: boolean;
  /** What the user is to it. */
  relation?: "member" | "owner";
}

/** One application that may ask for tokens. */
export interface SandboxApp {
  /** The application id. */
  clientId: string;
  /** Its secret. */
  clientSecret?: string;
  /**
   * Its certificates, as PEM or the base64 of the DER. The server `entra-tenant` verifies what they sign; the sandbox
   * refuses every client assertion.
   */
  certificates?: string[];
  /** The issuers whose tokens stand for it. They are client assertions, too. */
  federatedCredentials?: SandboxFederatedCredential[];
  /** The application permissions that an administrator consented to. */
  roles?: string[];
}

/** An issuer whose tokens stand for an application. Everything is compared to the letter. */
export interface SandboxFederatedCredential {
  /** The token's `iss`. */
  issuer: string;
  /** The token's `sub`. */
  subject: string;
  /** The token's `aud`; `api://AzureADTokenExchange` when absent. */
  audience?: string;
  /** The RSA key that the issuer signs with, as PEM or the base64 of the DER. */
  publicKey: string;
}

/** An identity that the platform holds for whoever asks. */
export interface SandboxManagedIdentity {
  /** The application id. */
  clientId: string;
  /** It belongs to the machine. Any other is asked for by its id. */
  systemAssigned?: boolean;
  /** The application permissions that it was given. */
  roles?: string[];
}

/** How unreliable the way to a tenant is. The same faults come in the same order each time. */
export interface SandboxFaults {
  /** Another seed, other faults. */
  seed?: number;
  /** How likely each fault is. */
  rates: SandboxFaultRates;
}

/** How likely each fault is for one request, from 0 to 1; 0 when absent. */
export interface SandboxFaultRates {
  /** The connection is refused: nothing arrives. */
  refused?: number;
  /** The connection breaks before the request is read: nothing runs. */
  droppedBefore?: number;
  /** The connection breaks before the answer is out: the request ran. */
  droppedAfter?: number;
  /** The answer takes `slowMilliseconds` longer. */
  slow?: number;
  /** A gateway answers 502 in HTML: nothing ran. */
  html?: number;
  /** A gateway answers 504 in HTML: the request ran. */
  gatewayTimeout?: number;
  /** The answer is cut in half: the request ran. */
  truncated?: number;
  /** The token is refused as expired, now and from then on. */
  expiredToken?: number;
  /** 429: nothing ran. */
  throttled?: number;
  /** 503: nothing ran. */
  unavailable?: number;
  /** One member of a batch answers 429: it did not run. */
  memberThrottled?: number;
  /** One member of a batch answers 503: it did not run. */
  memberUnavailable?: number;
  /** One member of a batch answers 504: it ran. */
  memberTimeout?: number;
  /** The body comes in small pieces, which takes `dripMilliseconds` in all: the request ran. */
  dripping?: number;
  /** The answer is a redirect to `foreignOrigin`: nothing ran. */
  foreignRedirect?: number;
  /** Every list links to a next page at `foreignOrigin`. */
  foreignNextLink?: number;
  /** Every list links to itself as the next page. */
  loopedPages?: number;
  /** Every list links to a next page that has not been there before, without end. */
  endlessPages?: number;
  /** One member of a batch's answer has an id that nobody asked for: the batch ran. */
  foreignMember?: number;
  /** One member of a batch is answered twice: the batch ran. */
  doubledMember?: number;
  /** One member of a batch is not answered: the batch ran. */
  missingMember?: number;
  /** The answer is JSON of 10,000 levels: the request ran. */
  deepJson?: number;
  /** The answer begins with `oversizedBytes` blanks: the request ran. */
  oversized?: number;
  /** How much longer a slow answer takes; 5000 when absent. */
  slowMilliseconds?: number;
  /** How long a dripping body takes; 60,000 when absent. */
  dripMilliseconds?: number;
  /** How much longer an oversized answer is; 16 MiB when absent. */
  oversizedBytes?: number;
  /** Where redirects and foreign links point to. */
  foreignOrigin?: string;
}

/** What a tenant holds now, and what has come to it. */
export interface SandboxState {
  /** The users as they are, whatever late lists still show. */
  users: SandboxUser[];
  /** What Graph would have punished or lost. */
  violations: SandboxViolation[];
  /** Every request that arrived. It holds no token and no pass. */
  log: SandboxLogEntry[];
  /** The same in numbers. */
  counts: SandboxCounts;
}

/** What has come to a tenant, in numbers. */
export interface SandboxCounts {
  /** HTTP requests to Graph, a batch being one. */
  httpRequests: number;
  /** Calls in them, each member of a batch for itself. */
  calls: number;
  /** Calls that answered 429, and requests that did so as a whole. */
  throttled: number;
  /** Calls that were no reads, ran, and were not refused. */
  writes: number;
  /** Methods that a DELETE removed. */
  deletes: number;
  /** DELETEs that ran once more, with nothing registered in between. */
  repeatedDeletes: number;
  /** DELETEs of what had been removed before. */
  deletesOfWhatWasGone: number;
  /** Users of the tenant. */
  users: number;
  /** Violations, all kinds together. */
  violations: number;
}

/** A mistake of a caller. */
export interface SandboxViolation {
  /** Stable name. */
  code: string;
  /** How often. */
  count: number;
  /** When first, RFC 3339. */
  at: string;
  /** What happened. */
  detail: string;
}

/** One request that arrived. */
export interface SandboxLogEntry {
  /** When, RFC 3339. */
  at: string;
  /** The HTTP method. */
  method: string;
  /** Path and query without the version. */
  path: string;
  /** `v1.0`, `beta`, `login` for the token endpoint, or `identity` for a managed identity's. */
  version: string;
  /** The answer's status. */
  status: number;
  /** Who asked, where the request says so and is believed. */
  caller?: SandboxCaller;
  /** Of a batch: its members, in the order of the request. */
  members?: SandboxLogMember[];
}

/** Who sent a request. */
export interface SandboxCaller {
  /** The application's id. */
  app: string;
  /** The object id of the user who is signed in to it. Without one the application acts for itself. */
  user?: string;
}

/** One member of a batch. */
export interface SandboxLogMember {
  /** The HTTP method. */
  method: string;
  /** Path and query. */
  path: string;
  /** The member's status. */
  status: number;
}
