import type { NodeAPI, Node, NodeDef } from "node-red";
import { failure, invalidInput } from "./failure.js";
import { Light } from "./light.js";
import { type RequestConfig, evaluate, targetOf } from "./request.js";
import { Runs } from "./runs.js";
import { tenantOf } from "./tenant.js";

interface StatusConfig extends NodeDef, Pick<RequestConfig, "user" | "userType"> {
  tenant: string;
}

/** Lists what one user has registered. Writes nothing. */
export function registerStatus(RED: NodeAPI): void {
  function Status(this: Node, config: StatusConfig): void {
    RED.nodes.createNode(this, config);
    let isSandbox = false;
    const light = new Light(RED, this, () => isSandbox);
    const runs = new Runs(this, () => light.clear());
    this.on("input", (msg, send, done) => {
      runs.start(async (signal) => {
        try {
          const tenant = tenantOf(RED, config.tenant);
          isSandbox = tenant.isSandbox;
          const { user, ...rest } = targetOf(await evaluate(RED, this, config.user, config.userType, msg));
          if (Object.keys(rest).length > 0) {
            throw invalidInput("A status takes a user and nothing else. Take the rest out of the message.");
          }
          light.working();
          const status = await (await tenant.client()).status(user, { signal });
          light.read(status.methods.length);
          send({ ...msg, payload: status, ...(isSandbox && { simulation: true }) });
          done();
        } catch (thrown) {
          const error = failure(thrown);
          light.failed(error.code);
          done(error);
        }
      });
    });
  }
  RED.nodes.registerType("entra-mfa-status", Status);
}
