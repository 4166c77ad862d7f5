import type { MfaResetClient } from "entra-mfa-reset";

/** One user that a search has found. */
export interface Found {
  id: string;
  displayName: string;
  userPrincipalName: string;
}

export interface SearchResult {
  users: Found[];
  /** There are more than are shown. */
  more: boolean;
}

/** Somebody's access to one tenant, real or simulated. */
export interface Session {
  simulated: boolean;
  /** Who acts, for the header and the record. */
  account: string;
  client: MfaResetClient;
  /** Users whose name begins with this. */
  find(beginning: string, signal: AbortSignal): Promise<SearchResult>;
  /** Forgets everything. */
  end(): void;
}

/** As many as fit on a screen. */
export const SHOWN = 8;
