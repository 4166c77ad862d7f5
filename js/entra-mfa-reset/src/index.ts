/**
 * Resets the multifactor authentication of Microsoft Entra ID users.
 *
 * @packageDocumentation
 */

export { type BulkOptions, type CallOptions, MfaResetClient, type MfaResetClientOptions, type ResetTarget } from "./client.js";
export type * from "./contract.js";
export type {
  AccessToken,
  AccessTokenCredential,
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  GetAssertionOptions,
  GetTokenOptions,
  ManagedIdentityCredential,
  MfaResetCredential,
  TokenCredential,
} from "./credential.js";
export { MfaResetError } from "./error.js";
export type { Fetch } from "./send.js";
