// The simulated tenant as a server of its own, for everything that is tested over HTTP.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PASSWORD = "#microsoft.graph.passwordAuthenticationMethod";

/** What `just test` has built. */
function built() {
  const target = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");
  const name = process.platform === "win32" ? "entra-tenant.exe" : "entra-tenant";
  const found = ["debug", "release"].map((profile) => join(target, profile, name)).filter((path) => existsSync(path));
  if (found.length === 0) {
    throw new Error("entra-tenant is not built: cargo build -p entra-tenant --features server");
  }
  return found.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0];
}

/**
 * Starts it on a free port. `flags` are its own, `seed` is what it holds instead of contoso.com.
 *
 * @param {{ flags?: string[], seed?: object, program?: string }} options
 */
export async function startTenant({ flags = [], seed, program = built() } = {}) {
  const folder = seed && mkdtempSync(join(tmpdir(), "entra-tenant-"));
  const line = ["--port", "0", ...flags];
  if (folder) {
    writeFileSync(join(folder, "seed.json"), JSON.stringify(seed));
    line.push("--seed", join(folder, "seed.json"));
  }
  const child = spawn(program, line, { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    once(child, "exit").then(() => Promise.reject(new Error("the tenant did not start"))),
  ]);
  return new TenantServer(child, url, folder);
}

class TenantServer {
  #child;
  #folder;

  constructor(child, url, folder) {
    this.#child = child;
    this.#folder = folder;
    /** Where it listens, for Graph and for its token endpoint. */
    this.url = url;
  }

  /** A token that this tenant accepts, with every permission, or with these claims (`roles`, `scp`, `wids`, `oid`). */
  async token(claims) {
    return (await this.#call("GET", `token?${new URLSearchParams(claims)}`)).text();
  }

  /** Users, log, counts and violations of Graph's rules. */
  async state() {
    return (await this.#call("GET", "state")).json();
  }

  /** The counts alone. */
  async summary() {
    return (await this.#call("GET", "summary")).json();
  }

  /** One user, by principal name or object id. */
  async user(name) {
    const { users } = await this.state();
    const user = users.find(({ id, userPrincipalName }) => [id, userPrincipalName].includes(name));
    if (user === undefined) {
      throw new Error(`the tenant has no ${name}`);
    }
    return user;
  }

  /** The kinds that a user has registered, without the password, which everybody has. */
  async kinds(name) {
    const { methods } = await this.user(name);
    const types = methods.map((method) => method["@odata.type"]).filter((type) => type !== PASSWORD);
    return types.map((type) => type.slice("#microsoft.graph.".length, -"AuthenticationMethod".length));
  }

  /** The user registers a mobile phone, as after a reset. */
  async registerPhone(name, phoneNumber) {
    const { id } = await this.user(name);
    const response = await fetch(`${this.url}/v1.0/users/${id}/authentication/phoneMethods`, {
      method: "POST",
      headers: { authorization: `Bearer ${await this.token()}`, "content-type": "application/json" },
      body: JSON.stringify({ phoneType: "mobile", phoneNumber }),
    });
    if (response.status !== 201) {
      throw new Error(`the phone was not registered: ${response.status}`);
    }
  }

  /** As it was at the start. */
  async reset() {
    await this.#call("POST", "reset");
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.kill()) {
      await once(this.#child, "exit");
    }
    if (this.#folder) {
      rmSync(this.#folder, { recursive: true });
    }
  }

  async #call(method, path) {
    const response = await fetch(`${this.url}/_tenant/${path}`, { method });
    if (!response.ok) {
      throw new Error(`${method} /_tenant/${path} answered ${response.status}`);
    }
    return response;
  }
}
