// Generated from the Rust types by `just gen`; do not edit.
//
// A field that is absent is absent: nothing here is ever null.

/** What is asked for one user. */
export interface ResetRequest {
  /** Object id or user principal name; guests (`#EXT#`) included. */
  user: string;
  /** What goes: a preset, or the kinds by name. Default `reRegister`. */
  methods?: Methods;
  /** Only these method ids, whatever their kind. */
  methodIds?: string[];
  /**
   * What an earlier, interrupted run had planned: of the selection only these are removed, as far as they are still the
   * same. What has been registered since is kept.
   */
  planned?: PlannedMethod[];
  /** Kinds or method ids that are never touched. */
  keep?: string[];
  /** Revoke the sessions after the deletes. Default true; false for `none` and `contactDetails`. */
  revokeSessions?: boolean;
  /** Issue a Temporary Access Pass first: `true`, or its options. */
  temporaryAccessPass?: PassRequest;
  /** Set the legacy per-user MFA state. */
  perUserMfa?: PerUserMfaState;
  /**
   * Waive the guard: `true` for a privileged user too, `ifUnreadable` only where the guard could not look. Default
   * false.
   */
  allowPrivileged?: AllowPrivileged;
  /** A reset that has not begun by then is refused. RFC 3339. */
  notAfter?: string;
  /** Put what can be restored into the report; whole phone numbers included. Default false. */
  backup?: boolean;
  /** Read the live list until it confirms the removals. Default true. */
  verify?: boolean;
  /** Never call beta; what v1.0 hides is named as a residual. Default false. */
  stableOnly?: boolean;
  /** Ticket or note, echoed into report and events. */
  reason?: string;
}

/** What a reset removes: a preset, or exactly these kinds. */
export type Methods = Preset | Kind[];

/** Named selections of kinds. */
export type Preset =
  /** What the portal's button "Require re-register multifactor authentication" does. */
  | "reRegister"
  /** Phone and e-mail. */
  | "contactDetails"
  /** Everything deletable but the key of a resource account, which only its own name takes. */
  | "all"
  /** Nothing. */
  | "none";

/** The kinds of authentication method, named after Graph's own types. */
export type Kind =
  /** `phoneAuthenticationMethod`: mobile, alternate mobile or office. */
  | "phone"
  /** `microsoftAuthenticatorAuthenticationMethod`. */
  | "microsoftAuthenticator"
  /** `passwordlessMicrosoftAuthenticatorAuthenticationMethod` (beta, deprecated). */
  | "passwordlessMicrosoftAuthenticator"
  /** `softwareOathAuthenticationMethod`. */
  | "softwareOath"
  /** `hardwareOathAuthenticationMethod` (beta). */
  | "hardwareOath"
  /** `fido2AuthenticationMethod`: security keys and passkeys. */
  | "fido2"
  /** `windowsHelloForBusinessAuthenticationMethod`. */
  | "windowsHelloForBusiness"
  /** `platformCredentialAuthenticationMethod` (macOS Platform SSO). */
  | "platformCredential"
  /** `emailAuthenticationMethod`: resets the password, is no second factor. */
  | "email"
  /** `temporaryAccessPassAuthenticationMethod`. */
  | "temporaryAccessPass"
  /** `qrCodePinAuthenticationMethod` (beta). */
  | "qrCodePin"
  /** `externalAuthenticationMethod`. */
  | "external"
  /** `resourceAccountKeyAuthenticationMethod` (beta): signs a Teams room or phone in. */
  | "resourceAccountKey"
  /** `passwordAuthenticationMethod`: never deleted. */
  | "password"
  /** A kind that this version does not know; reported, never touched. */
  | "unknown";

/** One method that an earlier run had planned to remove. */
export interface PlannedMethod {
  /** Graph's id. Some are the same for every user, so it does not tell an old phone from a new one. */
  id: string;
  /** Its kind. */
  kind: Kind;
  /** Masked, as in the report. */
  label: string;
  /** `delete` or `deactivate`; what says `keep` is not touched. */
  action: MethodAction;
  /** When it was registered, where Graph says so. RFC 3339. */
  createdDateTime?: string;
}

/** What the plan does with a method. */
export type MethodAction =
  /** Remove it. */
  | "delete"
  /** Make it unusable, but leave it assigned (hardware OATH). */
  | "deactivate"
  /** Leave it. */
  | "keep"
  /** Register it, as a restore does. */
  | "register";

/** A Temporary Access Pass: `true` for the tenant's defaults, or its options. */
export type PassRequest = true | PassOptions;

/** Options of a Temporary Access Pass; what is absent is the tenant's default. */
export interface PassOptions {
  /** Minutes: 10 to 43200, and within the tenant's policy. */
  lifetimeInMinutes?: number;
  /** Whether it works once only. */
  isUsableOnce?: boolean;
  /** From when it works. RFC 3339. */
  startDateTime?: string;
}

/** The legacy per-user MFA state. */
export type PerUserMfaState =
  /** Conditional Access decides; the modern way. */
  | "disabled"
  /** Asked to register at the next sign-in. */
  | "enabled"
  /** Asked for a second factor at every sign-in; may hold app passwords. */
  | "enforced";

/** How the guard's refusal may be waived. */
export type AllowPrivileged = boolean | "ifUnreadable";

/** What `issueTemporaryAccessPass` takes beside the user. */
export interface IssuePassOptions {
  /** Minutes: 10 to 43200, and within the tenant's policy. */
  lifetimeInMinutes?: number;
  /** Whether it works once only. */
  isUsableOnce?: boolean;
  /** From when it works. RFC 3339. */
  startDateTime?: string;
  /** As in `ResetRequest`. */
  allowPrivileged?: AllowPrivileged;
  /** Ticket or note, echoed into report and events. */
  reason?: string;
}

/** What `revokeSessions` takes beside the user. */
export interface RevokeSessionsOptions {
  /** Ticket or note, echoed into report and events. */
  reason?: string;
}

/** What `restore` puts back, and for whom. */
export interface RestoreRequest {
  /** Object id or user principal name. */
  user: string;
  /** A report's backup, or one written by hand. */
  backup: Backup;
  /** As in `ResetRequest`. */
  allowPrivileged?: AllowPrivileged;
  /** A restore that has not begun by then is refused. RFC 3339. */
  notAfter?: string;
  /** Read the live list until it shows what was registered. Default true. */
  verify?: boolean;
  /** Never call beta: hardware tokens, the default and the per-user state stay as they are, and the report says so. */
  stableOnly?: boolean;
  /** Ticket or note, echoed into report and events. */
  reason?: string;
}

/**
 * What can be restored, and what never comes back. A report has one where the request asked for it, and `restore` takes
 * one; it may be written by hand, too.
 */
export interface Backup {
  /** Phones, with the numbers as Graph showed them. */
  phones?: BackupPhone[];
  /** E-mail addresses. Entra keeps one. */
  emails?: string[];
  /** Methods of external providers. */
  externals?: BackupExternal[];
  /** Hardware tokens. They are assigned again; to work, each needs a code that only its holder can read. */
  hardwareTokens?: BackupToken[];
  /** Graph's `userPreferredMethodForSecondaryAuthentication`. */
  default?: string;
  /** The legacy per-user MFA state. */
  perUserMfa?: PerUserMfaState;
  /** What was there and can only be registered anew by the user. */
  neverRestored?: AddedMethod[];
  /** Kinds that could not be read, so that nothing is known of them. */
  hiddenKinds?: Kind[];
}

/** One phone of a backup. */
export interface BackupPhone {
  /** `mobile`, `alternateMobile` or `office`. */
  phoneType: string;
  /**
   * The whole number, or as much of it as the token may see. As `+1 4255550100`, or `+1 4255550100x123` with an
   * extension.
   */
  phoneNumber: string;
  /** The token sees masked numbers only: this phone cannot be restored. */
  isMasked?: boolean;
}

/** One external method of a backup. */
export interface BackupExternal {
  /** Which of the tenant's external methods it is. */
  configurationId: string;
  /** Its name, which Graph wants to have. */
  displayName: string;
}

/** One hardware token of a backup. */
export interface BackupToken {
  /** Graph's id of the device, which stays in the tenant's inventory. */
  deviceId: string;
  /** For people; the serial number is masked. */
  label?: string;
}

/** A method that appeared during the run. */
export interface AddedMethod {
  /** Graph's id. */
  id: string;
  /** Its kind. */
  kind: Kind;
  /** Masked. */
  label: string;
}

/** How a `Client` reaches Graph, and whom it must never touch. */
export interface ClientOptions {
  /** Which national cloud. */
  cloud?: Cloud;
  /** Graph's origin, instead of the cloud's own; https, or http on loopback. */
  graphUrl?: string;
  /** The sign-in service's origin, instead of the cloud's own; https, or http on loopback. */
  authorityHost?: string;
  /** Object ids or user principal names that are always refused; no flag overrides this. */
  protect?: string[];
  /** Bounds on time, retries and sizes. */
  limits?: Limits;
}

/** The national clouds that Microsoft Graph runs in. */
export type Cloud =
  /** Worldwide, and Microsoft 365 GCC. */
  | "global"
  /** US Government L4 (GCC High). */
  | "usGov"
  /** US Government L5 (DoD). */
  | "usGovDoD"
  /** China, operated by 21Vianet. */
  | "china";

/** Bounds on time, retries and sizes. */
export interface Limits {
  /** Deadline of one HTTP request, in seconds. Default 100. */
  requestSeconds?: number;
  /** How long a removal may take to show on the live list, in seconds. Default 30. */
  verifySeconds?: number;
  /** How often one call is tried again. Default 5. */
  retries?: number;
  /**
   * The longest wait before one retry, in seconds. A server that asks for more ends the call as `throttled`. Default
   * 120.
   */
  retrySeconds?: number;
  /** The largest response body, in bytes. Default 8388608. */
  responseBytes?: number;
  /**
   * Calls in ten seconds, each member of a batch counting as one; no budget when absent. Graph's limits are a tenant's,
   * so this is what the tenant can spare.
   */
  callsPer10s?: number;
  /** HTTP requests in flight, when many users are reset at once. Default 8. */
  concurrency?: number;
  /**
   * Users of one run of many; no cap when absent. A run that is given more ends with `invalidInput` after those that it
   * may take.
   */
  users?: number;
}

/** What was found, what was done, and what the live list says of it. */
export interface Report {
  /** Whom it is about. */
  user: UserInfo;
  /** The one word for all of it. */
  outcome: Outcome;
  /** Every method that was found, in the order in which it is handled. */
  methods: MethodReport[];
  /** The default sign-in method, where the run had to move it, or to put it back. */
  signInPreference?: SignInPreferenceReport;
  /** The sessions, where they were to be revoked. */
  sessions?: SessionsReport;
  /** The pass, where one was asked for. */
  temporaryAccessPass?: PassReport;
  /** The legacy per-user MFA state, where it was to be set. */
  perUserMfa?: PerUserMfaReport;
  /** What the live list said after the last write. */
  verification?: VerificationReport;
  /** What the guard saw and could not see. */
  guard?: GuardReport;
  /** What a reset cannot reach and the caller should know. */
  residuals: Residual[];
  /** What can be restored, where it was asked for. */
  backup?: Backup;
  /** The first thing that went wrong. */
  error?: ErrorInfo;
  /** What it cost. */
  graph: GraphUsage;
  /** RFC 3339, UTC. */
  startedAt: string;
  /** RFC 3339, UTC. */
  finishedAt: string;
  /** The request's `reason`. */
  reason?: string;
}

/** Who the user is. */
export interface UserInfo {
  /** Object id. */
  id?: string;
  /** User principal name. */
  userPrincipalName?: string;
  /** Display name. */
  displayName?: string;
  /** `Member` or `Guest`, as Graph says it. */
  userType?: string;
}

/** The one word for a run. */
export type Outcome =
  /** A plan: nothing was written. */
  | "planned"
  /** Every step done, and the live list confirms it. */
  | "complete"
  /** Every step done; the live list does not confirm it yet, or was not asked. */
  | "unverified"
  /** Some of what was planned was not done. */
  | "partial"
  /** Nothing of what was planned is known to be done. */
  | "failed"
  /** Refused before anything was written. */
  | "refused";

/** One method, and what became of it. */
export interface MethodReport {
  /** Graph's id; of what a restore could not register, what the backup has in its place. */
  id: string;
  /** Its kind. */
  kind: Kind;
  /** For people; phone numbers and addresses are masked. */
  label: string;
  /** What the plan does with it. */
  action: MethodAction;
  /** What became of it. */
  outcome: MethodOutcome;
  /** Whether the stored preference points at it; absent where the preference could not be read. */
  isDefault?: boolean;
  /** When it was registered, where Graph says so. RFC 3339. */
  createdDateTime?: string;
  /** Why it is kept, or what is special about it. */
  reason?: string;
  /** Why it failed. */
  error?: ErrorInfo;
}

/** What became of a method. */
export type MethodOutcome =
  /** Not tried (yet). */
  | "planned"
  /** Graph confirmed it. */
  | "done"
  /** Graph did not have it any more. */
  | "alreadyGone"
  /** Left as it was. */
  | "kept"
  /** Not known to be done; `error` says why, and `reason` where the answer was lost. */
  | "failed"
  /** This cloud or API version cannot do it. */
  | "unsupported";

/** What went wrong, in one sentence, and what to do next. */
export interface ErrorInfo {
  /** The stable name. */
  code: ErrorCode;
  /** One plain sentence; no secret, no whole phone number. */
  message: string;
  /** What to do next. */
  help: string;
  /** Whether the same call may succeed later without any other change. */
  retryable: boolean;
  /** What Graph answered, where Graph answered. */
  graph?: GraphError;
}

/** Stable names of what can go wrong. */
export type ErrorCode =
  /** The request contradicts itself, or a field is out of range. */
  | "invalidInput"
  /** No token could be had, or Graph does not accept it. */
  | "unauthenticated"
  /** The token may not do this to this user. */
  | "forbidden"
  /** No such user in this tenant. */
  | "userNotFound"
  /** The guard refused: the user is privileged, protected, or the caller itself. */
  | "protectedUser"
  /** The user is in a restricted management administrative unit. */
  | "managementRestricted"
  /** Graph kept throttling until the retries ran out. */
  | "throttled"
  /** No answer within the deadline. */
  | "timeout"
  /** Graph or the sign-in service could not be reached, or says that it is unavailable. */
  | "unreachable"
  /** The answer is not what Graph documents: HTML, half a body, another origin. */
  | "unexpectedResponse"
  /** Graph keeps refusing to delete the user's default method. */
  | "defaultMethodBlocked"
  /** A tenant policy forbids it, for example a Temporary Access Pass for this user. */
  | "policyRejected"
  /** This cloud, API version or account does not have it. */
  | "unsupported"
  /** Something else is registered in its place, and is not overwritten. */
  | "conflict"
  /** The user was named twice in one run. */
  | "duplicateUser"
  /** `notAfter` has passed. */
  | "expired"
  /** The caller cancelled. */
  | "cancelled"
  /** A defect of this software. */
  | "internal";

/**
 * What Graph's error says that a caller can use: what identifies it to Microsoft's support, how long to wait, and what
 * a new token has to say.
 */
export interface GraphError {
  /** The HTTP status. */
  status: number;
  /** Graph's error code, `Authorization_RequestDenied` for example. */
  code?: string;
  /** Graph's `request-id`. */
  requestId?: string;
  /** Graph's own time of the error. */
  date?: string;
  /** How long Graph wants to be left alone from then on, in whole seconds, where it says so. */
  retryAfterSeconds?: number;
  /**
   * Of a token that continuous access evaluation refused: the claims challenge, as JSON. Whoever signs in passes it on
   * as the parameter `claims`, and gets a token that Graph accepts.
   */
  claims?: string;
}

/** The default sign-in method, where the run had to move it, or to put it back. */
export interface SignInPreferenceReport {
  /** Graph's `userPreferredMethodForSecondaryAuthentication` as it was found, where it could be read. */
  before?: string;
  /** What the run set, or would set. */
  after: string;
  /** What Graph showed after the last write, where a restore could read it. */
  live?: string;
  /** How it went. */
  outcome: StepOutcome;
  /** Why it failed. */
  error?: ErrorInfo;
}

/** How a step that is no method went. */
export type StepOutcome =
  /** Not tried (yet). */
  | "planned"
  /** Graph confirmed it. */
  | "done"
  /** Not known to be done; `error` says why. */
  | "failed";

/** What became of the sessions. */
export interface SessionsReport {
  /** How it went. */
  outcome: SessionsOutcome;
  /** Graph's `signInSessionsValidFromDateTime`, read after the revocation. RFC 3339. */
  validFrom?: string;
  /** Why they were skipped. */
  reason?: string;
  /** Why it failed. */
  error?: ErrorInfo;
}

/** What became of the sessions. */
export type SessionsOutcome =
  /** Not tried (yet). */
  | "planned"
  /** Graph accepted it. Access tokens live on until they expire. */
  | "revoked"
  /** Not tried, because it would do nothing or break more than it mends. */
  | "skipped"
  /** Not known to be done; `error` says why. */
  | "failed";

/** The pass. */
export interface PassReport {
  /** How it went. */
  outcome: PassOutcome;
  /** The pass itself, readable here and nowhere else. */
  pass?: string;
  /** Graph's id of the pass. */
  id?: string;
  /** From when it works. RFC 3339. */
  startDateTime?: string;
  /** How long it works, in minutes. */
  lifetimeInMinutes?: number;
  /** Whether it works once only. */
  isUsableOnce?: boolean;
  /** Whether it works now, in Graph's words. */
  isUsable?: boolean;
  /** Why it works or does not, in Graph's words (`EnabledByPolicy`, `NotYetValid` …). */
  methodUsabilityReason?: string;
  /** Why it failed. */
  error?: ErrorInfo;
}

/** How issuing the pass went. */
export type PassOutcome =
  /** Not tried (yet). */
  | "planned"
  /** Graph issued it; an older one is replaced. */
  | "issued"
  /** Not issued, or issued but not usable. */
  | "failed";

/** The legacy per-user MFA state. */
export interface PerUserMfaReport {
  /** As it was found, where it could be read. */
  before?: PerUserMfaState;
  /** As it was asked for. */
  after: PerUserMfaState;
  /** What Graph showed after the last write, where that was to be verified and could be read. */
  live?: PerUserMfaState;
  /** How it went. */
  outcome: StepOutcome;
  /** Why it failed. */
  error?: ErrorInfo;
}

/** What the live list said. */
export interface VerificationReport {
  /** What it comes to. */
  outcome: VerificationOutcome;
  /** Ids that should be gone and still show. */
  remaining: string[];
  /** Of a restore: ids that should be there and do not show; the backup's own where Graph gave none. */
  missing?: string[];
  /** Methods that appeared meanwhile. */
  added: AddedMethod[];
  /** Why the list could not be read. */
  error?: ErrorInfo;
}

/** What the live list comes to. */
export type VerificationOutcome =
  /** The list is as it should be, and every kind that was asked for was readable. */
  | "confirmed"
  /**
   * Something that should be gone still shows, something that should be there does not, or a kind could not be read.
   */
  | "pending"
  /** Not asked for. */
  | "skipped"
  /** The list could not be read. */
  | "failed";

/** What the guard saw and could not see. */
export interface GuardReport {
  /** Whether the user is privileged, restricted, protected or the caller. */
  isProtected: boolean;
  /** Directory roles that count. */
  roles: GuardRole[];
  /** Role-assignable groups that the user is a member or an owner of. */
  groups: GuardGroup[];
  /** In a restricted management administrative unit. */
  isManagementRestricted: boolean;
  /** The user is the caller. */
  isCaller: boolean;
  /** Named by `protect`. */
  isListed: boolean;
  /** What could not be read, with the permission that would allow it. */
  unreadable: GuardBlindSpot[];
}

/** A role that makes a user privileged. */
export interface GuardRole {
  /** The role's definition or template id. */
  id: string;
  /** Its name, where Graph gave one. */
  displayName?: string;
  /** `/` for the whole tenant, `/administrativeUnits/{id}` for a unit. */
  scope?: string;
  /** How the user has it. */
  via: GuardRoleVia;
}

/** How a user has a role. */
export type GuardRoleVia =
  /** Assigned. */
  | "assignment"
  /** Through a membership. */
  | "membership"
  /** Eligible in Privileged Identity Management. */
  | "eligibility";

/** A role-assignable group. */
export interface GuardGroup {
  /** Object id. */
  id: string;
  /** Display name, where Graph gave one. */
  displayName?: string;
  /** Member or owner. */
  relation: GuardGroupRelation;
}

/** How a user belongs to a group. */
export type GuardGroupRelation =
  /** Direct or nested. */
  | "member"
  /** Owner. */
  | "owner"
  /** Could become a member, in Privileged Identity Management. */
  | "eligibleMember"
  /** Could become an owner, in Privileged Identity Management. */
  | "eligibleOwner";

/** What the guard may not read. */
export interface GuardBlindSpot {
  /**
   * `managementRestriction`, `roleAssignments`, `eligibleRoles`, `memberships` or `ownedGroups`, without which an
   * application is refused; or `eligibleGroups`, which few may read and nobody is refused for.
   */
  what: string;
  /** The least-privileged permission that would allow it. */
  permission: string;
}

/** Something that a reset cannot reach. */
export interface Residual {
  /** The stable name. */
  code: ResidualCode;
  /** One plain sentence. */
  message: string;
}

/** Stable names of residuals. */
export type ResidualCode =
  /** App passwords survive; no API removes them. */
  | "appPasswords"
  /** Access tokens that were issued before live on. */
  | "accessTokensLive"
  /** A guest's sessions belong to the home tenant. */
  | "guestHomeSessions"
  /** Kinds that this token or API version cannot see. */
  | "hiddenKinds"
  /** Methods of a kind that this version does not know. */
  | "unknownKinds"
  /** Methods that stay and can still sign in or reset the password. */
  | "keptSignInMethods"
  /** Methods that appeared during the run. */
  | "methodsAdded"
  /** Until the user registers again, the password alone signs in wherever no second factor is demanded. */
  | "signInWithoutMfaUntilRegistered"
  /** A Conditional Access policy may demand a second factor to register one. */
  | "registrationMayBeBlocked"
  /** The account signs a device in by itself. */
  | "resourceAccount"
  /** The guard could not look at everything. */
  | "guardUnreadable"
  /** The backup does not hold everything that a restore would need. */
  | "backupIncomplete"
  /** Of the backup: what no restore brings back, and the user has to register anew. */
  | "notRestored"
  /** A hardware token is assigned, and does not work before it is activated with a code from it. */
  | "tokenNotActivated";

/** What a run cost. */
export interface GraphUsage {
  /**
   * HTTP requests to Graph, retries included; token requests are not. Of many users: those that carried a call of this
   * one, which others share, so that reports cannot be summed up.
   */
  httpRequests: number;
  /** Graph calls, a batch's members counting one each. */
  calls: number;
  /** Calls that Graph throttled. */
  throttled: number;
  /** Calls that were tried again. */
  retried: number;
  /** The `client-request-id` of each HTTP request, for Microsoft's support. */
  clientRequestIds: string[];
}

/**
 * What a run is about to do to one user, told before the first write. Whoever has it on disk can go on after a crash
 * without touching what the user has registered since.
 */
export interface Intent {
  /** The user as it was asked for. */
  user: string;
  /** Its object id. */
  userId: string;
  /** Its name. */
  userPrincipalName?: string;
  /** What will be removed: for `planned`. */
  planned: PlannedMethod[];
  /** When, RFC 3339 in UTC. */
  at: string;
}

/** What is registered for a user. */
export interface Status {
  /** Who it is. */
  user: UserInfo;
  /** Whether the account may sign in. */
  accountEnabled?: boolean;
  /** Every method, the password included. */
  methods: MethodStatus[];
  /** Whether Entra picks the strongest method at sign-in, whatever the default is. */
  systemPreferred?: boolean;
  /** Graph's `userPreferredMethodForSecondaryAuthentication`, where it could be read. */
  defaultMethod?: string;
  /** The legacy per-user MFA state, where it could be read. */
  perUserMfa?: PerUserMfaState;
  /** What the guard would find. */
  guard: GuardReport;
  /** What could not be seen. */
  residuals: Residual[];
  /** What it cost. */
  graph: GraphUsage;
}

/** One registered method. */
export interface MethodStatus {
  /** Graph's id. */
  id: string;
  /** Its kind. */
  kind: Kind;
  /** Graph's type name, for a kind that this version does not know. */
  graphType?: string;
  /** For people; phone numbers and addresses are masked. */
  label: string;
  /** Whether the stored preference points at it; absent where the preference could not be read. */
  isDefault?: boolean;
  /** When it was registered, as Graph says it. RFC 3339. */
  createdDateTime?: string;
  /** When it was last used, as Graph says it. RFC 3339. */
  lastUsedDateTime?: string;
  /** `mobile`, `alternateMobile` or `office`. */
  phoneType?: string;
  /** Model of a security key or of a hardware token. */
  model?: string;
  /** `deviceBound` or `synced`. */
  passkeyType?: string;
  /** State of a hardware token (`assigned`, `activated` …). */
  status?: string;
  /** Whether a pass or a key works now. */
  isUsable?: boolean;
  /** Why it works or does not, in Graph's words. */
  methodUsabilityReason?: string;
}

/** What the token allows of what a request needs. */
export interface Preflight {
  /** Whether everything that is required is granted. A policy, a license or the user can still stand against it. */
  ready: boolean;
  /** Who acts; absent where there is no token, or none that can be read. */
  caller?: Caller;
  /** When the token expires, where it says so. RFC 3339, UTC. */
  expiresAt?: string;
  /** Everything that the request needs, or had better have. */
  checks: PreflightCheck[];
  /** Why there is no token, why Graph would not take it, or that it cannot be read. */
  error?: ErrorInfo;
}

/** Who acts: what the access token says of itself. */
export interface Caller {
  /** An application on its own, or a user through one. */
  kind?: CallerKind;
  /** The object id of the user, or of the application's service principal. */
  id?: string;
  /** The application's client id. */
  appId?: string;
  /** The directory id. */
  tenantId?: string;
}

/** What kind of caller it is. */
export type CallerKind =
  /** Nobody has signed in: an application with permissions of its own. */
  | "application"
  /** A user has signed in. */
  | "user";

/** One thing that has to be allowed, or had better be. */
export interface PreflightCheck {
  /** What it is about. */
  need: PreflightNeed;
  /** The kind of method that it is about; absent where it is about all of them, or about none. */
  kind?: Kind;
  /** Whether the token has it. */
  outcome: PreflightOutcome;
  /** Whether the request cannot be done as it stands without it. */
  required: boolean;
  /** The least-privileged permission that grants it, or of a role need the role. */
  permission: string;
  /** What else would do. */
  or: string[];
  /** What is missing, or worse, without it. */
  without: string;
}

/** Something that a run has to be allowed to do, or had better be. */
export type PreflightNeed =
  /** Look the user up. */
  | "readUser"
  /** List the methods; of one kind, where the check names one. */
  | "readMethods"
  /** See which method is the default. */
  | "readDefault"
  /** See the legacy per-user MFA state. */
  | "readPerUserMfa"
  /** See the tenant's policy for Temporary Access Passes. */
  | "readPassPolicy"
  /** Guard: see whether the user is in a restricted management administrative unit. */
  | "guardRestriction"
  /** Guard: see the roles that the user holds. */
  | "guardRoles"
  /** Guard: see the roles that the user could activate. */
  | "guardEligibleRoles"
  /** Guard: see the groups that the user is a member of. */
  | "guardMemberships"
  /** Guard: see the groups that the user owns. */
  | "guardOwnedGroups"
  /** Guard: see the groups that the user could become a member or an owner of. */
  | "guardEligibleGroups"
  /** Issue a Temporary Access Pass. */
  | "issuePass"
  /** Set the legacy per-user MFA state. */
  | "setPerUserMfa"
  /** Move the default to another method. */
  | "moveDefault"
  /** Remove methods; of one kind, where the check names one. */
  | "removeMethod"
  /** Register methods, as a restore does; of one kind, where the check names one. */
  | "registerMethod"
  /** Deactivate hardware tokens. */
  | "deactivateMethod"
  /** Revoke the sessions. */
  | "revokeSessions"
  /** A signed-in user's role: see another user's methods. */
  | "readRole"
  /** A signed-in user's role: change another user's methods. */
  | "writeRole"
  /** A signed-in user's role: change the methods of an administrator. */
  | "administratorsRole"
  /** A signed-in user's role: see whole phone numbers. */
  | "wholeNumbersRole"
  /** A signed-in user's role: set another user's per-user MFA state. */
  | "perUserMfaRole"
  /** A signed-in user's role: revoke another user's sessions. */
  | "sessionsRole";

/** Whether the token has what a check is about. */
export type PreflightOutcome =
  /** It has. */
  | "granted"
  /** It has not. A role that a user holds in an administrative unit only does not show in a token. */
  | "missing"
  /** The token does not say. */
  | "unknown"
  /** No permission helps: the cloud does not have it, or `stableOnly` forbids it. */
  | "unsupported";

/**
 * One step of a run, as it happens: who, whom, what, and how it went. It never holds a pass, a token or a whole phone
 * number.
 */
export interface Event {
  /** When, RFC 3339 in UTC. */
  at: string;
  /** What was asked for. */
  operation: EventOperation;
  /** Which step. */
  step: EventStep;
  /** How it stands. */
  outcome: EventOutcome;
  /** Who acts, as far as the access token can be read. */
  caller?: Caller;
  /** The user's object id, once it is known. */
  userId?: string;
  /** The user's principal name: as it was asked for, and as Graph has it once it has been read. */
  userPrincipalName?: string;
  /** The method that the step is about. */
  method?: EventMethod;
  /** What a step sets: the sign-in preference, or the per-user MFA state. */
  value?: string;
  /** The length of a wait, in milliseconds. */
  waitMilliseconds?: number;
  /** Why a step failed or a wait is needed. */
  error?: ErrorCode;
  /** Of the end of a run: what it came to, as a report's `outcome` says it. */
  result?: Outcome;
  /** Graph's own `request-id` of the answer that tells how the step went. Absent where there was none. */
  requestId?: string;
  /** The `client-request-id` of the request that the step sent last. Graph's and Entra's logs have it, too. */
  clientRequestId?: string;
  /** The request's `reason`. */
  reason?: string;
}

/** The operations that tell events. */
export type EventOperation =
  /** Saying what the token allows. */
  | "preflight"
  /** Listing what is registered. */
  | "status"
  /** Saying what a reset would do, of one user or of many. */
  | "plan"
  /** A reset, of one user or of many. */
  | "reset"
  /** Revoking the sessions alone. */
  | "revokeSessions"
  /** Issuing a pass alone. */
  | "issueTemporaryAccessPass"
  /** Putting back what a backup has. */
  | "restore"
  /** Listing the members of a group. */
  | "groupMembers";

/** The steps of a run. */
export type EventStep =
  /** The user, what the guard needs, and the methods. */
  | "read"
  /** The guard's verdict; `failed` is a refusal. */
  | "guard"
  /** The plan stands. */
  | "plan"
  /** The Temporary Access Pass. */
  | "temporaryAccessPass"
  /** The default method is moved. */
  | "signInPreference"
  /** One method. */
  | "method"
  /** The per-user MFA state. */
  | "perUserMfa"
  /** The sessions. */
  | "sessions"
  /** The live list. */
  | "verification"
  /** A wait: throttling, a retry, or a list that is late. */
  | "wait"
  /**
   * The end of the run for this user, whatever it came to: `done` for a report that is complete or planned, `inDoubt`
   * for one that is unverified, else `failed`.
   */
  | "finished";

/** How a step stands. */
export type EventOutcome =
  /** It begins. */
  | "started"
  /** Graph confirmed it. */
  | "done"
  /** It was gone already. */
  | "alreadyGone"
  /** It failed; `error` says why. */
  | "failed"
  /** Its answer is unknown; the live list will tell. */
  | "inDoubt"
  /** It was not needed. */
  | "skipped";

/** The method that an event is about. */
export interface EventMethod {
  /** Graph's id of the method. */
  id: string;
  /** Its kind. */
  kind: Kind;
  /** Masked, as in the report. */
  label: string;
  /** What the plan does with it. */
  action: MethodAction;
}
