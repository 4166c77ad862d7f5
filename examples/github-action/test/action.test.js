// The bundled action as the runner starts it, with an OIDC endpoint of its own, against the simulated tenant.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { CLIENT_ID, TENANT_ID, assertion, seedThatTrusts } from "../../../tests/support/identities.mjs";
import { assertReset, assertUntouched } from "../../../tests/support/left.mjs";
import { run } from "../../../tests/support/program.mjs";
import { runtime } from "../../../tests/support/runtimes.mjs";
import { startTenant } from "../../../tests/support/tenant.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ADELE = "adele.vance@contoso.com";
const KEPT = ["fido2", "windowsHelloForBusiness", "email"];
const MOBILE = "3179e48a-750b-4051-897c-87b9720928f7";
const workflow = { issuer: "https://oidc.contoso.com", subject: "repo:contoso/help-desk:environment:mfa-reset" };
const REQUEST_TOKEN = "request-token-of-the-runner";
const action = parse(readFileSync(join(ROOT, "action.yml"), "utf8"));

execFileSync(process.execPath, [join(ROOT, "build.js")]);
const tenant = await startTenant({ seed: seedThatTrusts(workflow) });
let subject = workflow.subject;
const oidc = createServer((request, response) => {
  const known = request.headers.authorization === `Bearer ${REQUEST_TOKEN}`;
  const aud = new URL(request.url, "http://localhost").searchParams.get("audience");
  response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
  response.end(JSON.stringify(known ? { value: assertion({ ...workflow, subject, aud }) } : {}));
}).listen(0, "127.0.0.1");
await once(oidc, "listening");
after(() => {
  oidc.closeAllConnections();
  oidc.close();
  return tenant.stop();
});
beforeEach(() => {
  subject = workflow.subject;
  return tenant.reset();
});

/** As the runner does it: inputs and their defaults in the environment, outputs and summary in files. */
async function step(given, { env = {}, server = tenant } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "action-"));
  const files = Object.fromEntries(["OUTPUT", "STEP_SUMMARY"].map((name) => [`GITHUB_${name}`, join(folder, name)]));
  Object.values(files).forEach((file) => writeFileSync(file, ""));
  const inputs = { reason: "INC0012345", "tenant-id": TENANT_ID, "client-id": CLIENT_ID, ...given };
  assert.deepEqual(Object.keys(inputs).filter((name) => !(name in action.inputs)), []);
  const all = Object.entries(action.inputs).map(([name, { default: value = "" }]) => [`INPUT_${name.toUpperCase()}`, `${inputs[name] ?? value}`]);
  const { code, stdout, stderr } = await run(runtime(action.runs.using).path, [join(ROOT, action.runs.main)], {
    env: {
      ...Object.fromEntries(all),
      ...files,
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${oidc.address().port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_TOKEN,
      GITHUB_ACTOR: "octocat",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "contoso/help-desk",
      GITHUB_RUN_ID: "4711",
      GITHUB_RUN_ATTEMPT: "1",
      AZURE_AUTHORITY_HOST: server.url,
      GRAPH_URL: server.url,
      ...env,
    },
  });
  const [output, summary] = Object.values(files).map((file) => readFileSync(file, "utf8"));
  rmSync(folder, { recursive: true });
  const outputs = Object.fromEntries([...output.matchAll(/^(.+?)<<(ghadelimiter_.+)\n([^]*?)\n\2$/gm)].map(([, name, , value]) => [name, value]));
  // The runner takes what stands behind add-mask out of everything that is shown.
  const masks = [...stdout.matchAll(/^::add-mask::(.+)$/gm)].map(([, mask]) => mask);
  const shown = masks.reduce((text, mask) => text.replaceAll(mask, "***"), stdout + stderr + summary);
  return { code, shown, masks, outputs, summary };
}

describe("the action", () => {
  test("resets, hands the pass to later steps alone, and leaves a summary", async () => {
    const before = await tenant.user(ADELE);
    const { code, shown, masks, outputs, summary } = await step({ user: ADELE, "temporary-access-pass": "60" });
    assert.equal(code, 0, shown);
    assert.equal(outputs.outcome, "complete");
    assert.match(outputs.pass, /^\S{8,}$/);
    assert.ok(masks.includes(outputs.pass));
    for (const secret of [outputs.pass, "eyJ", REQUEST_TOKEN]) {
      assert.ok(!shown.includes(secret), secret);
    }
    assert.ok(!outputs.report.includes(outputs.pass));
    const report = JSON.parse(outputs.report);
    assert.equal(report.reason, "INC0012345 (octocat, https://github.com/contoso/help-desk/actions/runs/4711)");
    assert.match(summary, /Adele Vance &lt;adele\.vance@contoso\.com&gt;: complete/);
    assert.ok(!/425555\d{4}/.test(summary + outputs.report));
    await assertReset(tenant, before, [...KEPT, "temporaryAccessPass"]);
  });

  test("shows the pass where it was asked to, and there only", async () => {
    const { code, outputs, summary } = await step({ user: ADELE, "temporary-access-pass": "60", "show-pass": "true", methods: "none" });
    assert.equal(code, 0);
    assert.ok(summary.includes(`<code>${outputs.pass}</code>`));
    assert.ok(!outputs.report.includes(outputs.pass));
    assert.ok((await tenant.kinds(ADELE)).includes("phone"));
  });

  test("does what was planned, and nothing that came since, in a re-run too", async () => {
    const before = await tenant.user(ADELE);
    const plan = await step({ user: ADELE, "plan-only": "true" });
    assert.deepEqual([plan.code, plan.outputs.outcome, plan.outputs.pass], [0, "planned", ""]);
    await assertUntouched(tenant);
    const first = await step({ user: ADELE, plan: plan.outputs.report });
    assert.equal(first.outputs.outcome, "complete", first.shown);
    await tenant.registerPhone(ADELE, "+1 4255550177");
    await step({ user: ADELE, plan: plan.outputs.report }, { env: { GITHUB_RUN_ATTEMPT: "2" } });
    await assertReset(tenant, before, [...KEPT, "phone"]);
    assert.equal((await tenant.user(ADELE)).methods.find(({ id }) => id === MOBILE).phoneNumber, "+1 4255550177");
  });

  test("fails without a change where it must not, cannot or may not", async () => {
    const { outputs } = await step({ user: ADELE, "plan-only": "true" });
    for (const [given, said, options] of [
      [{ user: "admin@contoso.com" }, /protectedUser/],
      [{ user: ADELE, protect: `x@contoso.com, ${ADELE}` }, /protectedUser/],
      [{ user: "nobody@contoso.com" }, /userNotFound/],
      [{ user: ADELE }, /re-run/, { env: { GITHUB_RUN_ATTEMPT: "2" } }],
      [{ user: "joni.sherman@contoso.com", plan: outputs.report }, /another user's/],
      [{ user: ADELE, plan: "{}" }, /no report/],
      [{ user: ADELE, methods: "phone,everything" }, /invalidInput/],
      [{ user: ADELE, "temporary-access-pass": "soon" }, /number of minutes/],
      [{ user: ADELE, "client-id": "1c8d5b63-ae4f-4027-9b3c-6d7e8f901223" }, /unauthenticated.*AADSTS700016/],
      [{ user: "" }, /user/],
      [{ user: ADELE, "plan-only": "perhaps" }, /plan-only/],
      [{ user: ADELE }, /id-token: write/, { env: { ACTIONS_ID_TOKEN_REQUEST_URL: "" } }],
    ]) {
      const { code, shown, outputs: none } = await step(given, options);
      assert.equal(code, 1, shown);
      assert.match(shown, /^::error::/m);
      assert.match(shown, said);
      assert.deepEqual(none, {});
      assert.ok(!shown.includes("eyJ"));
    }
    subject = "repo:contoso/help-desk:ref:refs/heads/main";
    assert.match((await step({ user: ADELE })).shown, /unauthenticated.*AADSTS700213/);
    await assertUntouched(tenant);
  });

  test("goes through when the tenant throttles", async (context) => {
    const throttled = await startTenant({ flags: ["--fault", "throttled:0.4", "--fault-seed", "7"], seed: seedThatTrusts(workflow) });
    context.after(() => throttled.stop());
    const before = await throttled.user(ADELE);
    const { code, shown } = await step({ user: ADELE }, { server: throttled });
    assert.equal(code, 0, shown);
    assert.ok((await throttled.state()).log.some(({ status }) => status === 429));
    await assertReset(throttled, before, KEPT);
  });

  test("is called by the sample workflow with inputs and outputs that it has", () => {
    const { jobs } = parse(readFileSync(join(ROOT, "workflows/mfa-reset.yml"), "utf8"));
    const steps = Object.values(jobs).flatMap((job) => job.steps.filter(({ uses }) => uses?.startsWith("./")));
    assert.equal(steps.length, 2);
    for (const { with: given } of steps) {
      assert.deepEqual(Object.keys(given).filter((name) => !(name in action.inputs)), []);
      const required = Object.keys(action.inputs).filter((name) => action.inputs[name].required);
      assert.deepEqual(required.filter((name) => !(name in given)), []);
    }
    const text = readFileSync(join(ROOT, "workflows/mfa-reset.yml"), "utf8");
    const used = [...text.matchAll(/steps\.\w+\.outputs\.(\w+)/g)].map(([, name]) => name);
    assert.deepEqual(used.filter((name) => !(name in action.outputs)), []);
  });
});
