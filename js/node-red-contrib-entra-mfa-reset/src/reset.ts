import type { CallOptions, MfaResetClient, Report, ResetRequest } from "entra-mfa-reset";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { Failure, failure } from "./failure.js";
import { Light } from "./light.js";
import { type RequestConfig, type Target, evaluate, passOf, reasonOf, settingsOf, targetOf } from "./request.js";
import { Line, Runs } from "./runs.js";
import { tenantOf } from "./tenant.js";

interface ResetConfig extends NodeDef, RequestConfig {
  tenant: string;
  action: "reset" | "plan" | "revokeSessions" | "issueTemporaryAccessPass";
}

/** One user at a time. */
export function registerReset(RED: NodeAPI): void {
  function Reset(this: Node, config: ResetConfig): void {
    RED.nodes.createNode(this, config);
    let isSandbox = false;
    const light = new Light(RED, this, () => isSandbox);
    const runs = new Runs(this, () => light.clear());
    const line = new Line();
    this.on("input", (msg, send, done) => {
      runs.start(async (signal) => {
        let user = "";
        try {
          const tenant = tenantOf(RED, config.tenant);
          isSandbox = tenant.isSandbox;
          const target = targetOf(await evaluate(RED, this, config.user, config.userType, msg), config);
          user = target.user;
          const request = { ...settingsOf(config), ...(await reasonOf(RED, this, config, msg)) };
          if (line.length >= tenant.maxUsers()) {
            throw new Failure(
              "invalidInput",
              `${line.length} users are waiting already, and the tenant takes no more at a time. Use "reset many", or raise its greatest number of users.`,
            );
          }
          const report = await line.add(async () => {
            light.working();
            const onEvent: CallOptions["onEvent"] = (event) => light.working(event);
            return act(config, await tenant.client(), request, target, { signal, onEvent });
          });
          light.ended(report.outcome);
          if (runs.isClosing) {
            // Nobody may be left to take it, and what was done must not be lost.
            this.warn(RED._("entra-mfa-reset.closed.report", { user, outcome: report.outcome }));
          }
          const answer = { ...msg, payload: report, ...(isSandbox && { simulation: true }) };
          const isGood = report.outcome === "complete" || report.outcome === "planned";
          send(isGood ? [answer, null] : [null, answer]);
          done();
        } catch (thrown) {
          const error = failure(thrown);
          light.failed(error.code);
          if (runs.isClosing) {
            this.warn(RED._("entra-mfa-reset.closed.error", { user, code: error.code }));
          }
          done(error);
        }
      });
    });
  }
  RED.nodes.registerType("entra-mfa-reset", Reset);
}

function act(
  config: ResetConfig,
  client: MfaResetClient,
  request: Omit<ResetRequest, "user">,
  target: Target,
  options: CallOptions,
): Promise<Report> {
  const { user, ...said } = target;
  const { reason, allowPrivileged } = request;
  switch (config.action) {
    case "plan":
      return client.plan({ ...request, ...target }, options);
    case "reset":
      return client.reset({ ...request, ...target }, options);
    case "revokeSessions":
      // What does not belong to it is refused by the library, and not dropped here.
      return client.revokeSessions(user, { ...(reason && { reason }), ...said, ...options });
    case "issueTemporaryAccessPass": {
      const pass = passOf(config);
      return client.issueTemporaryAccessPass(user, {
        ...(pass === true ? {} : pass),
        ...(allowPrivileged !== undefined && { allowPrivileged }),
        ...(reason && { reason }),
        ...said,
        ...options,
      });
    }
  }
}
