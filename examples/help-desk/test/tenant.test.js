// Resets of users of a tenant: what the page says, and what the tenant holds at the end.
import assert from "node:assert/strict";
import { AUTHENTICATION_ADMINISTRATOR, SCOPES } from "./entra.js";
import { hurry, record, signIn, stage } from "./stage.js";

const ADELE = "adele.vance@contoso.com";
const JONI = "joni.sherman@contoso.com";
const AUTHENTICATION_POLICY_ADMINISTRATOR = "0526716b-113d-4c15-b2c8-68e3c22b9f80";

const { scene } = stage();

scene("a whole reset with a pass", {}, async ({ tab, page, tenant, entra }) => {
  await signIn(tab);
  await tab.inspect("signed in");
  assert.match(await tab.text(), /desk@contoso\.com/);
  await tab.openUser("O'B", "Grady O'Brien");
  await tab.button("Find another user").click();
  await tab.openUser("vance", "Adele Vance");
  await page.getByLabel("Ticket or note").fill("INC-1042");
  const before = (await tenant.user(ADELE)).signInSessionsValidFromDateTime;
  await tab.confirm("Adele Vance");
  await tab.expectHeading("Done: Adele Vance");
  await tab.inspect("done");
  assert.deepEqual(await tenant.kinds(ADELE), ["fido2", "windowsHelloForBusiness", "email", "temporaryAccessPass"]);
  const after = await tenant.user(ADELE);
  assert.notEqual(after.signInSessionsValidFromDateTime, before);
  assert.match(await page.getByRole("region", { name: "Record" }).innerText(), /By\s+desk@contoso\.com[^]*INC-1042/);
  assert.deepEqual([entra.signIns, entra.tokenRequests], [1, 1]);
  await tab.button("Sign out").click();
  await tab.expectHeading("Reset a user's sign-in methods");
  await tab.nothingStored("signed out");
});

scene("an administrator is refused, by the page and by Microsoft", {}, async ({ tab, page, tenant, entra }) => {
  entra.claims = { scp: `${SCOPES} RoleManagement.Read.Directory GroupMember.Read.All` };
  await signIn(tab);
  await page.getByRole("searchbox").fill("MOD");
  await page.keyboard.press("Enter");
  await tab.button(/MOD Administrator/).click();
  await page.getByRole("heading", { name: "This user is protected" }).waitFor();
  await page.getByText("The user holds the role Global Administrator.").waitFor();
  await tab.inspect("refused by the page");
  assert.equal(await tab.button("Review and confirm").count(), 0);
  await tab.button("Sign out").click();

  // Who may not read roles is judged by Microsoft.
  entra.claims = {};
  await signIn(tab);
  await page.getByRole("searchbox").fill("admin@contoso.com");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "You may not change this user" }).waitFor();
  await tab.inspect("refused by Microsoft");
  assert.equal((await tenant.summary()).writes, 0);
});

scene("a partial result says what is done and what is not", {}, async ({ tab, page, tenant, entra }) => {
  entra.claims = {
    scp: "User.ReadBasic.All UserAuthenticationMethod.Read.All UserAuthMethod-Phone.ReadWrite.All UserAuthMethod-SoftwareOATH.ReadWrite.All UserAuthMethod-TAP.ReadWrite.All User.RevokeSessions.All",
  };
  await signIn(tab);
  await tab.openUser(ADELE, "Adele Vance");
  await tab.confirm("Adele Vance");
  await tab.expectHeading("Only partly done: Adele Vance");
  const rows = await record(page);
  assert.match(rows["Phone: mobile +1 XXXXXXXX"], /^removed/);
  assert.match(rows["Microsoft Authenticator: Adele's Pixel"], /^NOT removed/);
  assert.deepEqual(await tenant.kinds(ADELE), ["microsoftAuthenticator", "fido2", "windowsHelloForBusiness", "email", "temporaryAccessPass"]);
  await page.getByText("You may not do all of this").waitFor();
  await tab.inspect("partial");
  await tab.button("Look at the user again").click();
  await tab.expectHeading("Adele Vance");
  await tab.settled();
  assert.ok((await tab.cards("Goes")).some((card) => card.startsWith("Microsoft Authenticator")));
});

scene("only what was on the screen goes", {}, async ({ tab, page, tenant, entra }) => {
  await signIn(tab);
  await tab.openUser(JONI, "Joni Sherman");
  await tab.settled();
  // Meanwhile, elsewhere, the user registers another one.
  const headers = { authorization: `Bearer ${await tenant.token()}`, "content-type": "application/json" };
  const phones = `${tenant.url}/v1.0/users/${JONI}/authentication/phoneMethods`;
  const body = JSON.stringify({ phoneType: "office", phoneNumber: "+1 4255550199" });
  assert.equal((await fetch(phones, { method: "POST", headers, body })).status, 201);
  await tab.confirm("Joni Sherman");
  await page.getByRole("table").waitFor();
  const rows = await record(page);
  assert.match(rows["Phone: office +1 XXXXXXXX"], /^stays\s+Registered after you looked/);
  const left = (await tenant.user(JONI)).methods.map(({ phoneNumber }) => phoneNumber).filter(Boolean);
  assert.deepEqual(left, ["+1 4255550199"]);
  assert.equal(entra.signIns, 1);
});

scene("who stops it is told what is done by then", { flags: ["--latency-ms", "500"] }, async ({ tab, page, tenant }) => {
  await signIn(tab);
  await tab.openUser(ADELE, "Adele Vance");
  await tab.confirm("Adele Vance");
  // Nobody leaves a run: its record would have no reader.
  await tab.button("Sign out").click({ force: true });
  await tab.expectHeading("Resetting Adele Vance");
  await tab.button("Stop").click();
  await tab.expectHeading("Adele Vance: nothing was changed");
  await page.getByRole("heading", { name: "Stopped" }).waitFor();
  assert.equal((await tenant.summary()).writes, 0);
  await tab.button("Back to Adele Vance").click();
  await tab.confirm("Adele Vance");
  await page.getByRole("listitem").filter({ hasText: "Temporary Access Pass" }).waitFor();
  await tab.button("Stop").click();
  await page.getByRole("table").waitFor();
  assert.doesNotMatch(await tab.heading().innerText(), /^Done:/);
  await tab.inspect("stopped");
  const isGone = !(await tenant.kinds(ADELE)).includes("microsoftAuthenticator");
  assert.equal(/^removed/.test((await record(page))["Microsoft Authenticator: Adele's Pixel"]), isGone);
});

scene("a defect in the middle claims nothing", { flags: ["--latency-ms", "300"] }, async ({ tab, page, tenant }) => {
  await signIn(tab);
  await tab.openUser(ADELE, "Adele Vance");
  await tab.confirm("Adele Vance");
  await page.getByRole("listitem").filter({ hasText: "Temporary Access Pass issued" }).waitFor();
  await page.evaluate(() => {
    const { setTimeout } = window;
    window.setTimeout = (call, milliseconds) => {
      if (milliseconds > 1000) {
        throw new Error("no timer");
      }
      return setTimeout(call, milliseconds);
    };
  });
  await tab.expectHeading("Adele Vance: it is not known what was changed");
  await page.getByRole("heading", { name: "This page has a defect" }).waitFor();
  await tab.inspect("a defect");
  // Those that were under way besides.
  assert.ok(tab.noise.splice(0).every((line) => line === "thrown: no timer"));
  assert.ok((await tenant.summary()).writes > 0);
});

// Those that take no time: what is slow is the engine's to wait for, and tested there.
const FAULTS = ["droppedBefore", "droppedAfter", "html", "gatewayTimeout", "truncated", "expiredToken", "throttled", "memberThrottled", "memberTimeout"].flatMap((fault) => ["--fault", `${fault}:0.05`]);

scene("through every kind of fault the record is true", { flags: FAULTS }, async ({ tab, page, tenant }) => {
  await signIn(tab);
  await page.clock.install({ time: new Date() });
  for (const [user, name] of [[ADELE, "Adele Vance"], [JONI, "Joni Sherman"], ["diego.siciliani@contoso.com", "Diego Siciliani"]]) {
    const before = await tenant.kinds(user);
    await page.getByRole("searchbox").fill(user);
    await page.keyboard.press("Enter");
    const ready = page.locator("button.danger:not([aria-disabled=true])");
    // A look that failed is looked at again, as a person would.
    for (;;) {
      const again = tab.button(/^(Try|Sign in) again$/);
      await hurry(page, again.or(ready).first().waitFor());
      if (await ready.isVisible()) {
        break;
      }
      // It may be gone in the meantime.
      await again.click({ timeout: 1000 }).catch(() => undefined);
    }
    await tab.confirm(name);
    const nothing = page.locator("h1", { hasText: "nothing was changed" });
    await hurry(page, page.getByRole("table").or(nothing).first().waitFor());
    if (await nothing.isVisible()) {
      assert.deepEqual(await tenant.kinds(user), before);
      await tab.button(/^Back to/).click();
      await tab.button("Find another user").click();
      continue;
    }
    const title = await tab.heading().innerText();
    const left = await tenant.kinds(user);
    const rows = Object.entries(await record(page));
    assert.ok(rows.length > 1);
    for (const [method, became] of rows) {
      if (method.startsWith("Phone") && became.startsWith("removed")) {
        assert.ok(!left.includes("phone"), `${title}: ${method} is still there`);
      }
    }
    if (title.startsWith("Done: ")) {
      assert.ok(left.every((kind) => !["phone", "microsoftAuthenticator", "softwareOath"].includes(kind)), `${title}: ${left}`);
    }
    await tab.button("Next user").click();
  }
});

const POLICY = { users: [{ userPrincipalName: ADELE, displayName: "Adele Vance", methods: [phone("+1 4255550100")] }], settings: { temporaryAccessPass: { enabled: false } } };

scene("a policy against passes is told before anything is done, and a reset without one goes on", { seed: POLICY }, async ({ tab, page, tenant, entra }) => {
  entra.claims = { scp: `${SCOPES} Policy.Read.AuthenticationMethod`, wids: `${AUTHENTICATION_ADMINISTRATOR},${AUTHENTICATION_POLICY_ADMINISTRATOR}` };
  await signIn(tab);
  await tab.openUser(ADELE, "Adele Vance");
  await page.getByRole("heading", { name: "A policy of your organisation forbids it" }).waitFor();
  await tab.inspect("no passes");
  await page.getByLabel("Issue a Temporary Access Pass").uncheck();
  await page.getByText("The user may be locked out").waitFor();
  await tab.confirm("Adele Vance");
  await tab.expectHeading("Done: Adele Vance");
  assert.deepEqual(await tenant.kinds(ADELE), []);
  assert.equal(await tab.button("Show the pass").count(), 0);
});

const LATE = { users: POLICY.users, settings: { listLagMilliseconds: 8_000 } };

scene("what the list does not confirm is looked at again", { seed: LATE }, async ({ tab, page, tenant }) => {
  await signIn(tab);
  await tab.openUser(ADELE, "Adele Vance");
  await page.clock.install({ time: new Date() });
  await tab.confirm("Adele Vance");
  // The page gives up long before the tenant's list is up to date.
  await hurry(page, page.locator("h1", { hasText: "Done, but not confirmed yet" }).waitFor());
  await tab.inspect("unverified");
  await tab.button("Check again").click();
  await page.getByText("Still listed: mobile").waitFor();
  const gone = page.getByText("Nothing of what was removed is listed any more.");
  while (!(await gone.isVisible())) {
    await tab.button("Check again").click();
    await tab.button("Check again").waitFor();
  }
  assert.deepEqual(await tenant.kinds(ADELE), ["temporaryAccessPass"]);
});

function phone(phoneNumber) {
  return { "@odata.type": "#microsoft.graph.phoneAuthenticationMethod", id: "3179e48a-750b-4051-897c-87b9720928f7", phoneNumber, phoneType: "mobile", smsSignInState: "ready" };
}
