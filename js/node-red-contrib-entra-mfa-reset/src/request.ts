import type { Kind, PassOptions, PerUserMfaState, Preset, ResetRequest } from "entra-mfa-reset";
import type { Node, NodeAPI, NodeMessage } from "node-red";
import { invalidInput } from "./failure.js";

/** A field of the editor's that takes its value from a message, a context, an expression or a text. */
type Source = Parameters<NodeAPI["util"]["evaluateNodeProperty"]>[1];

/** What the editor keeps of a request. A flow may also be written by hand, and what comes from the environment is text. */
export interface RequestConfig {
  user: string;
  userType: Source;
  methods?: Preset | "kinds";
  kinds?: unknown;
  keep?: string;
  revokeSessions?: unknown;
  pass?: unknown;
  passMinutes?: string | number;
  passOnce?: unknown;
  perUserMfa?: "" | PerUserMfaState;
  allowPrivileged?: unknown;
  reason?: string;
  reasonType?: Source;
  messageDecides?: unknown;
}

/** One user, and what the message may say of it. */
export type Target = Partial<ResetRequest> & { user: string };

/** What cannot make more of a run than its flow's author meant. */
const HARMLESS = ["user", "reason", "notAfter"];

/** The node's own part of the request. */
export function settingsOf(config: RequestConfig): Omit<ResetRequest, "user" | "reason"> {
  const keep = words(config.keep);
  const revokeSessions = decision("Sessions", config.revokeSessions);
  const allowPrivileged = config.allowPrivileged === "ifUnreadable" ? "ifUnreadable" : decision("Admins", config.allowPrivileged);
  return {
    ...(config.methods !== undefined && { methods: config.methods === "kinds" ? kindsOf(config) : config.methods }),
    ...(keep.length > 0 && { keep }),
    ...(revokeSessions !== undefined && { revokeSessions }),
    ...(decision("Issue a pass", config.pass) && { temporaryAccessPass: passOf(config) }),
    ...(config.perUserMfa && { perUserMfa: config.perUserMfa }),
    ...(allowPrivileged && { allowPrivileged }),
  };
}

/** The ticket or note of one message. */
export async function reasonOf(RED: NodeAPI, node: Node, config: RequestConfig, msg: NodeMessage): Promise<{ reason?: string }> {
  const reason = await evaluate(RED, node, config.reason ?? "", config.reasonType ?? "str", msg);
  if (typeof reason === "number") {
    return { reason: String(reason) };
  }
  if (reason !== undefined && reason !== null && typeof reason !== "string") {
    throw invalidInput("The reason is no text. Give a ticket or a note.");
  }
  return reason ? { reason } : {};
}

function kindsOf({ kinds }: RequestConfig): Kind[] {
  if (!Array.isArray(kinds) || kinds.length === 0) {
    // It would be a reset that is complete and has removed nothing.
    throw invalidInput("The node removes these kinds, and none is chosen. Open it and choose some.");
  }
  return kinds as Kind[];
}

/** Yes, no, or nothing where the field is left as it is. */
export function decision(label: string, value: unknown): boolean | undefined {
  switch (value) {
    case undefined:
    case null:
    case "":
      return undefined;
    case true:
    case "true":
    case "yes":
      return true;
    case false:
    case "false":
    case "no":
      return false;
    default:
      throw invalidInput(`The node's field "${label}" is neither yes nor no. Open the node and correct it.`);
  }
}

/** The names in a text, with lines, spaces, commas or semicolons between. */
export function words(text = ""): string[] {
  return text.split(/[\s,;]+/).filter((name) => name !== "");
}

/** The pass that the editor describes; what is left empty there is the tenant's default. */
export function passOf(config: RequestConfig): true | PassOptions {
  const minutes = String(config.passMinutes ?? "").trim();
  const isUsableOnce = decision("Usable", config.passOnce);
  if (minutes !== "" && !/^[0-9]+$/.test(minutes)) {
    throw invalidInput("The pass's lifetime is no whole number of minutes. Open the node and correct it.");
  }
  const options: PassOptions = {
    ...(minutes !== "" && { lifetimeInMinutes: Number(minutes) }),
    ...(isUsableOnce !== undefined && { isUsableOnce }),
  };
  return Object.keys(options).length === 0 ? true : options;
}

/** The value of a field, now. */
export function evaluate(RED: NodeAPI, node: Node, value: string, type: Source, msg: NodeMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    RED.util.evaluateNodeProperty(value, type, node, msg, (error: Error | null, result: unknown) => {
      if (error) {
        reject(invalidInput(`\`${value}\` cannot be read from the message. Check the message, or open the node and correct the field.`));
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
export function targetOf(value: unknown, { messageDecides }: Pick<RequestConfig, "messageDecides"> = {}): Target {
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
  if (more.length > 0 && !decision("Message decides", messageDecides)) {
    throw invalidInput(
      `The message says ${more.join(", ")}, and this node takes ${HARMLESS.join(", ")} only. Take it out, or let messages decide in the node.`,
    );
  }
  const target = value as Target;
  return { ...target, user: target.user.trim() };
}
