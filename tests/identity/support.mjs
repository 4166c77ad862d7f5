// A user's script with a real credential of @azure/identity, run where Microsoft's hosts are the simulated tenant.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { startCloud } from "../support/cloud.mjs";
import { CLIENT_ID, TENANT_ID, seedThatTrusts } from "../support/identities.mjs";
import { run } from "../support/program.mjs";
import { makeProject } from "../support/project.mjs";

export const ADELE = "adele.vance@contoso.com";
export const ADMIN = "admin@contoso.com";
export const ISSUER = { issuer: "https://oidc.contoso.com/", subject: "system:serviceaccount:helpdesk:mfa-reset" };
export const SECRET = "sandbox-secret";
export const APPLICATION = [TENANT_ID, CLIENT_ID, SECRET];

const project = await makeProject({ links: ["@azure/identity"] });
after(() => project.remove());
copyFileSync(fileURLToPath(new URL("script.mjs", import.meta.url)), join(project.folder, "script.mjs"));

/** A cloud for as long as a test runs. `settings` are the tenant's. */
export async function cloud(context, { settings = {}, seed = {}, ...options } = {}) {
  const started = await startCloud({ ...options, seed: { ...seedThatTrusts(ISSUER), settings, ...seed } });
  context.after(() => started.stop());
  return started;
}

/** Where `script.mjs` lies, and how it is asked. */
export function script(asked) {
  return { cwd: project.folder, line: [join(project.folder, "script.mjs"), JSON.stringify(asked)] };
}

/** Runs the script to its end: what each of its calls came to. */
export async function ask({ environment }, asked, env = {}) {
  const { cwd, line } = script(asked);
  const { code, stdout, stderr } = await run(process.execPath, line, { cwd, env: { ...environment, ...env } });
  if (code !== 0) {
    throw new Error(`the script ended with ${code}: ${stderr}`);
  }
  return { answers: JSON.parse(stdout.trim().split("\n").at(-1)), stderr };
}

/** The requests for tokens that came to the tenant. */
export async function signIns(tenant) {
  const { log } = await tenant.state();
  return log.filter(({ version }) => version === "login" || version === "identity");
}
