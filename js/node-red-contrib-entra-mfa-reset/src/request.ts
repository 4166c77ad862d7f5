import type { AllowPrivileged, Kind, PassOptions, PerUserMfaState, Preset, ResetRequest } from "entra-mfa-reset";
import type { Node, NodeAPI, NodeMessage } from "node-red";
import { invalidInput } from "./failure.js";

/** A field of the editor's that takes its value from a message, a context, an expression or a text. */
type Source = Parameters<NodeAPI["util"]["evaluateNodeProperty"]>[1];

/** What the editor keeps of a request. */
export interface RequestConfig {
  user: string;
  userType: Source;
  methods: Preset | "kinds";
  kinds: Kind[];
  keep: string;
  revokeSessions: "" | "yes" | "no";
  pass: boolean;
  passMinutes: string | number;
  passOnce: "" | "yes" | "no";
  perUserMfa: "" | PerUserMfaState;
  allowPrivileged: "no" | "ifUnreadable" | "yes";
  reason: string;
  reasonType: Source;
  messageDecides: boolean;
}

/** One user, and what the message may say of it. */
export type Target = Partial<ResetRequest> & { user: string };

/** What cannot make more of a run than its flow's author meant. */
const HARMLESS = ["user", "reason", "notAfter"];

/** The node's own part of the request. */
export async function requestOf(
  RED: NodeAPI,
  node: Node,
  config: RequestConfig,
  msg: NodeMessage,
): Promise<Omit<ResetRequest, "user">> {
  const keep = config.keep.split(/[\s,]+/).filter((name) => name !== "");
  const reason = await evaluate(RED, node, config.reason, config.reasonType, msg);
  if (reason !== undefined && typeof reason !== "string") {
    throw invalidInput("The reason is no text. Give a ticket or a note.");
  }
  return {
    methods: config.methods === "kinds" ? config.kinds : config.methods,
    ...(keep.length > 0 && { keep }),
    ...(config.revokeSessions !== "" && { revokeSessions: config.revokeSessions === "yes" }),
    ...(config.pass && { temporaryAccessPass: passOf(config) }),
    ...(config.perUserMfa !== "" && { perUserMfa: config.perUserMfa }),
    ...(config.allowPrivileged !== "no" && { allowPrivileged: allowPrivileged(config) }),
    ...(reason && { reason }),
  };
}

function allowPrivileged({ allowPrivileged: given }: RequestConfig): AllowPrivileged {
  return given === "ifUnreadable" ? given : given === "yes";
}

/** The pass that the editor describes; what is left empty there is the tenant's default. */
export function passOf(config: RequestConfig): true | PassOptions {
  const minutes = String(config.passMinutes).trim();
  if (minutes !== "" && !/^[0-9]+$/.test(minutes)) {
    throw invalidInput("The pass's lifetime is no whole number of minutes. Open the node and correct it.");
  }
  const options: PassOptions = {
    ...(minutes !== "" && { lifetimeInMinutes: Number(minutes) }),
    ...(config.passOnce !== "" && { isUsableOnce: config.passOnce === "yes" }),
  };
  return Object.keys(options).length === 0 ? true : options;
}

/** The value of a field, now. */
export function evaluate(RED: NodeAPI, node: Node, value: string, type: Source, msg: NodeMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    RED.util.evaluateNodeProperty(value, type, node, msg, (error: Error | null, result: unknown) => {
      if (error) {
        reject(invalidInput(`The node's field \`${value}\` cannot be evaluated. Open the node and correct it.`));
      } else {
        resolve(result);
      }
    });
  });
}

/**
 * Whom a message names: a text, or an object with `user`. A message comes from anywhere, so it says more only where the
 * node allows that, and never waives the guard.
 */
export function targetOf(value: unknown, messageDecides: boolean): Target {
  if (typeof value === "string" && value.trim() !== "") {
    return { user: value.trim() };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || typeof (value as Target).user !== "string") {
    throw invalidInput("The message names no user. Give an object id or a user principal name, or an object with `user`.");
  }
  const fields = Object.keys(value);
  if (fields.includes("allowPrivileged")) {
    throw invalidInput("The message says allowPrivileged, which counts only in the node. Set it there if it is meant.");
  }
  const more = fields.filter((field) => !HARMLESS.includes(field));
  if (more.length > 0 && !messageDecides) {
    throw invalidInput(
      `The message says ${more.join(", ")}, and this node takes ${HARMLESS.join(", ")} only. Take it out, or let messages decide in the node.`,
    );
  }
  return { ...(value as Target) };
}
