import type { Cloud } from "entra-mfa-reset";

/** What `config.json` beside the page says. */
export interface Config {
  /** Directory and application; without both there is only the simulation. */
  signIn?: { tenantId: string; clientId: string };
  cloud: Cloud;
  /** Ids or names that are always refused. */
  protect: string[];
  /** How long a pass works; absent leaves it to the tenant's policy. */
  passMinutes?: number;
}

export const GRAPH: Record<Cloud, string> = {
  global: "https://graph.microsoft.com",
  usGov: "https://graph.microsoft.us",
  usGovDoD: "https://dod-graph.microsoft.us",
  china: "https://microsoftgraph.chinacloudapi.cn",
};

export const LOGIN: Record<Cloud, string> = {
  global: "https://login.microsoftonline.com",
  usGov: "https://login.microsoftonline.us",
  usGovDoD: "https://login.microsoftonline.us",
  china: "https://login.chinacloudapi.cn",
};

/** @throws {ConfigError} which says what to mend in the file */
export class ConfigError extends Error {}

export async function readConfig(): Promise<Config> {
  let given: unknown;
  try {
    const response = await fetch("config.json", { cache: "no-store", credentials: "same-origin" });
    if (!response.ok) {
      throw new Error(String(response.status));
    }
    given = await response.json();
  } catch {
    throw new ConfigError("config.json cannot be read. It belongs beside the page, and must be JSON.");
  }
  return check(given);
}

const FIELDS = ["tenantId", "clientId", "cloud", "protect", "passMinutes"];

function check(given: unknown): Config {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new ConfigError("config.json must hold an object.");
  }
  // A misspelt `protect` would leave somebody unprotected.
  const unknown = Object.keys(given).filter((name) => !FIELDS.includes(name));
  if (unknown.length > 0) {
    throw new ConfigError(`config.json has a field that nobody knows: ${unknown.join(", ")}. The fields are ${FIELDS.join(", ")}.`);
  }
  const { tenantId = "", clientId = "", cloud = "global", protect = [], passMinutes } = given as Record<string, unknown>;
  if (typeof tenantId !== "string" || typeof clientId !== "string" || (tenantId === "") !== (clientId === "")) {
    throw new ConfigError("config.json: tenantId and clientId must both be text, and both or neither be filled in.");
  }
  if (typeof cloud !== "string" || !Object.hasOwn(GRAPH, cloud)) {
    throw new ConfigError(`config.json: cloud must be one of ${Object.keys(GRAPH).join(", ")}.`);
  }
  if (!Array.isArray(protect) || protect.some((name) => typeof name !== "string" || name === "")) {
    throw new ConfigError("config.json: protect must be a list of object ids or user principal names.");
  }
  if (passMinutes !== undefined && (!Number.isInteger(passMinutes) || (passMinutes as number) < 10 || (passMinutes as number) > 43_200)) {
    throw new ConfigError("config.json: passMinutes must be a whole number from 10 to 43200.");
  }
  return {
    ...(tenantId === "" ? {} : { signIn: { tenantId, clientId } }),
    cloud: cloud as Cloud,
    protect: protect as string[],
    ...(passMinutes === undefined ? {} : { passMinutes: passMinutes as number }),
  };
}
