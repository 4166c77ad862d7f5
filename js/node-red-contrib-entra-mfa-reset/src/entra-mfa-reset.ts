import type { NodeAPI } from "node-red";
import { registerReset } from "./reset.js";
import { registerResetMany } from "./reset-many.js";
import { registerStatus } from "./status.js";
import { registerTenant } from "./tenant.js";

/** What Node-RED calls to learn of the nodes. */
export = (RED: NodeAPI): void => {
  registerTenant(RED);
  registerStatus(RED);
  registerReset(RED);
  registerResetMany(RED);
};
