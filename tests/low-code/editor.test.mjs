// Node-RED's editor in a real browser. `SCREENSHOTS=1 node --test tests/low-code/editor.test.mjs` writes the pictures of
// docs/images anew.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../support/chromium.mjs";
import { startNodeRed } from "./node-red.mjs";
import { APPLICATION } from "./tenant.mjs";

const PICTURE = fileURLToPath(new URL("../../docs/images/node-red.png", import.meta.url));
const EXAMPLE = "1 First reset in the sandbox";
const PACKAGE = "node-red-contrib-entra-mfa-reset";

describe("Node-RED's editor", () => {
  let nodeRed;
  let browser;
  let page;
  const problems = [];

  before(async () => {
    nodeRed = await startNodeRed();
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  const open = async () => {
    await page?.close();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(nodeRed.url);
    await page.locator('.red-ui-palette-node[data-palette-type="entra-mfa-reset"]').waitFor({ state: "visible" });
  };
  const deploy = async () => {
    const answered = page.waitForResponse((response) => response.url().endsWith("/flows") && response.request().method() === "POST");
    await page.locator("#red-ui-header-button-deploy").click();
    assert.equal((await answered).status(), 200);
  };
  const flows = async () => (await (await nodeRed.admin("GET", "/flows")).json()).flows;
  // One click on the button of a dialog, and the dialog is gone.
  const confirm = async (id) => {
    await page.locator(id).click();
    await page.locator(id).waitFor({ state: "detached" });
  };

  test("takes the node from the palette, a tenant with a secret, and deploys both", async () => {
    await open();
    await page.locator('.red-ui-palette-node[data-palette-type="entra-mfa-reset"]').dragTo(page.locator("#red-ui-workspace-chart"), {
      targetPosition: { x: 300, y: 200 },
    });
    const node = page.locator("#red-ui-workspace-chart .red-ui-flow-node-group");
    await node.waitFor();
    await node.dblclick();

    await page.locator("#node-input-methods").selectOption("kinds");
    await confirm("#node-dialog-ok");
    const { errors, valid } = await page.evaluate(() => {
      const [{ validationErrors, valid }] = RED.nodes.filterNodes({ type: "entra-mfa-reset" });
      return { errors: JSON.stringify(validationErrors), valid };
    });
    assert.equal(valid, false);
    assert.match(errors, /kinds/, "no kind is chosen");
    await node.dblclick();
    await page.locator("#node-input-kinds").selectOption(["phone", "email"]);
    await page.locator("#node-input-keep").fill("fido2");
    assert.equal(await page.locator("#node-input-passMinutes").isVisible(), false);
    await page.locator("#node-input-pass").check();
    await page.locator("#node-input-passMinutes").fill("60");
    const texts = await page.locator("#dialog-form label, #dialog-form option").allTextContents();
    assert.deepEqual(texts.filter((text) => /entra-mfa-reset\.|^\s*$/.test(text)), [], "every text is there");

    await page.locator("#node-input-lookup-tenant").or(page.locator("#node-input-btn-tenant-add")).last().click();
    await page.locator("#node-config-input-signIn").waitFor();
    assert.equal(await page.locator("#node-config-input-signIn").inputValue(), "sandbox", "the first choice touches nothing real");
    assert.equal(await page.locator("#node-config-input-clientSecret").isVisible(), false);
    await page.locator("#node-config-input-signIn").selectOption("clientSecret");
    assert.equal(await page.locator(".form-tips").first().isVisible(), false);
    await page.locator("#node-config-input-tenantId").fill("contoso.onmicrosoft.com");
    await page.locator("#node-config-input-clientId").fill(APPLICATION.clientId);
    await page.locator("#node-config-input-clientSecret").fill(APPLICATION.clientSecret);
    await page.locator("#node-config-input-protect").fill("admin@contoso.com");
    await confirm("#node-config-dialog-ok");
    assert.ok(await page.locator("#node-input-methods").isVisible(), "the tenant's dialog hides its own fields only");
    await confirm("#node-dialog-ok");
    await deploy();

    const deployed = await flows();
    const [reset] = deployed.filter(({ type }) => type === "entra-mfa-reset");
    const [tenant] = deployed.filter(({ type }) => type === "entra-mfa-tenant");
    const { methods, kinds, keep, pass, passMinutes, allowPrivileged, messageDecides, user, userType } = reset;
    assert.deepEqual(
      { methods, kinds, keep, pass, passMinutes, allowPrivileged, messageDecides, user, userType },
      { methods: "kinds", kinds: ["phone", "email"], keep: "fido2", pass: true, passMinutes: "60", allowPrivileged: "no", messageDecides: false, user: "payload", userType: "msg" },
    );
    assert.equal(reset.tenant, tenant.id);
    assert.deepEqual([tenant.signIn, tenant.clientId, tenant.protect], ["clientSecret", APPLICATION.clientId, "admin@contoso.com"]);
    assert.ok(!JSON.stringify(deployed).includes(APPLICATION.clientSecret));
    assert.ok(!nodeRed.read("flows_cred.json").includes(APPLICATION.clientSecret));
  });

  test("keeps a certificate's lines, and shows none of it again", async () => {
    const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    await page.locator("#red-ui-workspace-chart .red-ui-flow-node-group").dblclick();
    const edit = page.locator("#node-input-lookup-tenant").or(page.locator("#node-input-btn-tenant-edit")).first();
    await edit.click();
    await page.locator("#node-config-input-signIn").selectOption("certificate");
    await page.locator("#node-config-input-certificate").fill(pem);
    await confirm("#node-config-dialog-ok");
    await confirm("#node-dialog-ok");
    const sent = page.waitForRequest((request) => request.url().endsWith("/flows") && request.method() === "POST");
    await deploy();
    const { credentials } = (await sent).postDataJSON().flows.find(({ type }) => type === "entra-mfa-tenant");
    assert.equal(credentials.certificate, pem);

    await open();
    await page.locator("#red-ui-workspace-chart .red-ui-flow-node-group").dblclick();
    await page.locator("#node-input-lookup-tenant").or(page.locator("#node-input-btn-tenant-edit")).first().click();
    assert.equal(await page.locator("#node-config-input-certificate").inputValue(), "__PWRD__");
  });

  test("shows the first example working, with help beside it", async () => {
    const library = `/library/examples/flows/${PACKAGE}/${encodeURIComponent(EXAMPLE)}`;
    await nodeRed.deploy(await (await nodeRed.admin("GET", library)).json());
    await open();
    const press = (name) =>
      page.locator(".red-ui-flow-node-group", { hasText: name }).locator(".red-ui-flow-node-button-button").click();
    await press("Adele lost her phone");
    await page.getByText("sandbox: complete").waitFor();
    await press("An administrator: refused");
    await page.getByText("sandbox: protectedUser").waitFor();
    await press("Adele lost her phone");
    await page.getByText("sandbox: complete").waitFor();
    const help = await page.evaluate(() => $(RED.nodes.getNodeHelp("entra-mfa-reset")).text());
    assert.match(help, /nowhere else/);
    if (process.env.SCREENSHOTS) {
      await page.locator("#red-ui-palette-search input").pressSequentially("mfa");
      await page.locator('.red-ui-palette-node[data-palette-type="inject"]').waitFor({ state: "hidden" });
      await page.locator(".red-ui-notification").last().waitFor({ state: "detached" });
      await page.screenshot({ path: PICTURE });
    }
    const { length } = readFileSync(PICTURE);
    assert.ok(length < 150_000, `docs/images/node-red.png has ${length} bytes`);
    assert.deepEqual(problems, []);
  });
});
