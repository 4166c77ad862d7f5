// What the package puts on a disk, against what others put there for the same.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { bytesOf, footprint } from "../support/footprint.mjs";
import { makeProject } from "../support/project.mjs";

test("it weighs at most a twentieth of @azure/identity with @microsoft/microsoft-graph-client", async (context) => {
  const project = await makeProject();
  context.after(() => project.remove());
  const ours = bytesOf(join(project.folder, "node_modules/entra-mfa-reset"));
  const theirs = footprint(["@azure/identity", "@microsoft/microsoft-graph-client"]);
  context.diagnostic(`${ours} bytes against ${theirs}: 1/${(theirs / ours).toFixed(1)}`);
  assert.ok(20 * ours <= theirs, `${ours} bytes against ${theirs}`);
});
