// Who signs in to the simulated tenant, and with what.
import { createSign } from "node:crypto";
import { readFileSync } from "node:fs";

const TENANT = new URL("../../crates/tenant/", import.meta.url);

/** The tenant's id, the application that it knows, and the header of its managed identities' endpoint. */
export const TENANT_ID = "3f6bd2a1-7c1f-4b2e-9c41-2a9d1e5c7b10";
export const CLIENT_ID = "6731de76-14a6-49ae-97bc-6eba6914391e";
export const IDENTITY_HEADER = "sandbox-identity-header";

function key(name) {
  return readFileSync(new URL(`tests/keys/${name}`, TENANT), "utf8");
}

/** The application's certificate and its private key, as PEM text. */
export const CERTIFICATE = key("app-certificate.pem") + key("app-key.pem");

/** contoso.com, without latency; its application has the certificate, and trusts this subject of this issuer. */
export function seedThatTrusts({ issuer, subject }) {
  const seed = JSON.parse(readFileSync(new URL("src/sample.json", TENANT), "utf8"));
  const federatedCredentials = [{ issuer, subject, publicKey: key("issuer-public-key.pem") }];
  Object.assign(seed.apps[0], { certificates: [key("app-certificate.pem")], federatedCredentials });
  return { ...seed, latencyMilliseconds: 0 };
}

/** A token of an issuer that the tenant may trust. */
export function assertion({ issuer, subject, ...claims }) {
  const now = Math.floor(Date.now() / 1000);
  const part = (content) => Buffer.from(JSON.stringify(content)).toString("base64url");
  const common = { aud: "api://AzureADTokenExchange", iss: issuer, sub: subject, nbf: now, exp: now + 600 };
  const signed = `${part({ alg: "RS256", kid: "1" })}.${part({ ...common, ...claims })}`;
  return `${signed}.${createSign("SHA256").update(signed).sign(key("issuer-key.pem"), "base64url")}`;
}

/** The environment of a platform that has a managed identity. */
export function managedIdentity(url) {
  return { IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER };
}
