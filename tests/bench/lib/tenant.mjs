import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const isPassword = (method) => method["@odata.type"] === "#microsoft.graph.passwordAuthenticationMethod";

/** The simulated tenant, as a server of its own. */
export class Tenant {
  #child;

  static async start(program, options) {
    const child = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
    const tenant = new Tenant();
    tenant.#child = child;
    const said = once(createInterface({ input: child.stdout }), "line");
    const failed = once(child, "exit").then(() => {
      throw new Error("the tenant did not start");
    });
    [tenant.url] = await Promise.race([said, failed, once(child, "error").then(([error]) => Promise.reject(error))]);
    return tenant;
  }

  /** As it was at the start. */
  async reset() {
    await this.#call("POST", "/_tenant/reset");
  }

  /** A token that may do everything. */
  async token() {
    return (await this.#call("GET", "/_tenant/token")).text();
  }

  /** What has come to it since the reset, and how many users have nothing left to remove and no older session. */
  async summary() {
    const { users, counts } = await (await this.#call("GET", "/_tenant/state")).json();
    const { httpRequests, calls, throttled, violations } = counts;
    const clean = users.filter((user) => user.methods.every(isPassword) && user.signInSessionsValidFromDateTime).length;
    return { httpRequests, calls, throttled, violations, clean };
  }

  async stop() {
    this.#child.kill();
    await once(this.#child, "exit");
  }

  async #call(method, path) {
    const response = await fetch(`${this.url}${path}`, { method });
    if (!response.ok) {
      throw new Error(`${method} ${path} answered ${response.status}`);
    }
    return response;
  }
}
