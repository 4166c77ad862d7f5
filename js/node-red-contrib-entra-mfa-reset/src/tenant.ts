import type { Cloud, MfaResetClient, MfaResetCredential } from "entra-mfa-reset";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { invalidInput } from "./failure.js";
import { words } from "./request.js";

/** How the tenant is signed in to; `sandbox` is a simulated one. */
type SignIn = "sandbox" | "clientSecret" | "certificate" | "managedIdentity" | "accessToken";

interface TenantConfig extends NodeDef {
  signIn: SignIn;
  tenantId: string;
  clientId: string;
  cloud: Cloud;
  graphUrl: string;
  authorityHost: string;
  protect: string;
  maxUsers: string | number;
}

/** Kept by Node-RED's credential store, and never sent to the editor. */
interface TenantSecrets {
  clientSecret?: string;
  certificate?: string;
  accessToken?: string;
}

/** The configuration that the other nodes share. */
export interface TenantNode extends Node<TenantSecrets> {
  /** Whether all of it is a simulation. */
  isSandbox: boolean;
  /** How many users one run of many may have. */
  maxUsers(): number;
  /** The client, the same for all nodes, so that they share its token. */
  client(): Promise<MfaResetClient>;
}

const SECRETS = { clientSecret: "the client secret", certificate: "the certificate", accessToken: "the access token" };

export function registerTenant(RED: NodeAPI): void {
  function Tenant(this: TenantNode, config: TenantConfig): void {
    RED.nodes.createNode(this, config);
    let client: Promise<MfaResetClient> | undefined;
    this.isSandbox = config.signIn === "sandbox";
    this.maxUsers = () => maxUsers(config);
    this.client = () => {
      client ??= open(config, this.credentials).catch((error: unknown) => {
        client = undefined;
        throw error;
      });
      return client;
    };
  }
  RED.nodes.registerType<TenantNode, TenantConfig, object, TenantSecrets>("entra-mfa-tenant", Tenant, {
    credentials: {
      clientSecret: { type: "password" },
      certificate: { type: "password" },
      accessToken: { type: "password" },
    },
  });
}

/** The configuration that a node names, which may be missing or disabled. */
export function tenantOf(RED: NodeAPI, id: string): TenantNode {
  const found = RED.nodes.getNode(id) as TenantNode | null;
  if (!found) {
    throw invalidInput("The node has no tenant. Open it and choose one, or add one; its sandbox needs no account.");
  }
  return found;
}

// The library is an ES module; it loads when the first message comes.
async function open(config: TenantConfig, secrets: TenantSecrets): Promise<MfaResetClient> {
  const { MfaResetClient } = await import("entra-mfa-reset");
  const options = { protect: words(config.protect), limits: { users: maxUsers(config) } };
  if (config.signIn === "sandbox") {
    const { SandboxTenant } = await import("entra-mfa-reset/sandbox");
    const { accessToken, fetch } = new SandboxTenant();
    return new MfaResetClient({ accessToken }, { ...options, fetch });
  }
  return new MfaResetClient(credential(config, secrets), {
    ...options,
    cloud: config.cloud,
    ...given("graphUrl", config.graphUrl),
    ...given("authorityHost", config.authorityHost),
  });
}

function credential(config: TenantConfig, secrets: TenantSecrets): MfaResetCredential {
  const { signIn } = config;
  const tenantId = config.tenantId.trim();
  const clientId = config.clientId.trim();
  if (signIn === "managedIdentity") {
    return { managedIdentity: given("clientId", clientId) };
  }
  if (signIn !== "clientSecret" && signIn !== "certificate" && signIn !== "accessToken") {
    throw invalidInput("The tenant says no known way to sign in. Open it and choose one.");
  }
  const secret = secrets[signIn]?.trim();
  const isApplication = signIn !== "accessToken";
  const missing = [
    isApplication && !tenantId && "the directory (tenant) id",
    isApplication && !clientId && "the application (client) id",
    !secret && SECRETS[signIn],
  ].filter((name) => name !== false);
  if (!secret || missing.length > 0) {
    throw invalidInput(`The tenant lacks ${missing.join(", ")}. Open it and fill in what is missing.`);
  }
  switch (signIn) {
    case "clientSecret":
      return { tenantId, clientId, clientSecret: secret };
    case "certificate":
      return { tenantId, clientId, certificate: secret };
    case "accessToken":
      return { accessToken: secret };
  }
}

function maxUsers(config: TenantConfig): number {
  const number = Number(config.maxUsers);
  if (!Number.isInteger(number) || number < 1) {
    throw invalidInput("The tenant's greatest number of users is no whole number above 0. Open it and set one.");
  }
  return number;
}

function given<Name extends string>(name: Name, text: string): Partial<Record<Name, string>> {
  const value = text.trim();
  return (value === "" ? {} : { [name]: value }) as Partial<Record<Name, string>>;
}
