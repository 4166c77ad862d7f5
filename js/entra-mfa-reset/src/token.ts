import type { SandboxSeed } from "./seed.js";

/** The tenant's own defaults, so that a token can be made before its WebAssembly is loaded. */
const TENANT = "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10";
const CALLER = "d1f6b9a4-2c58-4b1f-8f0e-6a7b3f1e9c22";
const APPLICATION = "6731de76-14a6-49ae-97bc-6eba6914391e";
const YEAR_2100 = 4_102_444_800;
const GRAPH = {
  global: "https://graph.microsoft.com",
  usGov: "https://graph.microsoft.us",
  usGovDoD: "https://dod-graph.microsoft.us",
  china: "https://microsoftgraph.chinacloudapi.cn",
};

/** Application permissions: everything that a reset can use. */
const ROLES = [
  "User.Read.All",
  "UserAuthenticationMethod.ReadWrite.All",
  "User.RevokeSessions.All",
  "Policy.ReadWrite.AuthenticationMethod",
  "GroupMember.Read.All",
  "RoleManagement.Read.Directory",
  "RoleEligibilitySchedule.Read.Directory",
  "PrivilegedEligibilitySchedule.Read.AzureADGroup",
];

/** @internal */
export function claims(seed: SandboxSeed | undefined): object {
  const tid = seed?.tenantId ?? TENANT;
  return {
    appid: APPLICATION,
    aud: GRAPH[seed?.settings?.cloud ?? "global"],
    exp: YEAR_2100,
    idtyp: "app",
    iss: `https://sts.windows.net/${tid}/`,
    oid: CALLER,
    roles: ROLES,
    tid,
    ver: "1.0",
  };
}

/**
 * A token in the simulated tenant's form: not signed, but with a checksum (FNV-1a), so that a garbled one is refused.
 *
 * @internal
 */
export function checksummed(payload: object): string {
  const header = { alg: "none", kid: "entra-tenant", typ: "JWT" };
  const signed = `${part(JSON.stringify(header))}.${part(JSON.stringify(payload))}`;
  let sum = 0xcbf29ce484222325n;
  for (let at = 0; at < signed.length; at += 1) {
    sum = BigInt.asUintN(64, (sum ^ BigInt(signed.charCodeAt(at))) * 0x100000001b3n);
  }
  const bytes = Array.from({ length: 8 }, (_, at) => Number((sum >> BigInt(56 - 8 * at)) & 0xffn));
  return `${signed}.${part(String.fromCharCode(...bytes))}`;
}

/** base64url of a text whose characters are bytes. */
function part(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
