// Signing in, and what can go wrong on the way to Microsoft.
import assert from "node:assert/strict";
import { hurry, record, signIn, stage } from "./stage.js";

const ADELE = "adele.vance@contoso.com";

const { scene } = stage();

scene("who does not sign in is told why", {}, async ({ tab, page, entra }) => {
  entra.refuses = { error: "access_denied", error_description: "AADSTS65004: User declined to consent to access the app." };
  await tab.button("Sign in with Microsoft").click();
  await page.getByRole("heading", { name: "This page is not approved yet" }).waitFor();
  await tab.inspect("not approved");
  entra.refuses = undefined;
  await tab.page.evaluate(() => (window.open = () => null));
  await tab.button("Sign in with Microsoft").click();
  await page.getByRole("heading", { name: "The sign-in window was blocked" }).waitFor();
  await tab.inspect("blocked");
});

scene("a token that Graph refuses is renewed without a word", {}, async ({ tab, tenant, entra }) => {
  await signIn(tab);
  await tab.openUser(ADELE, "Adele Vance");
  await tab.settled();
  entra.revoke();
  await tab.confirm("Adele Vance");
  await tab.expectHeading("Done: Adele Vance");
  assert.equal(entra.signIns, 1);
  assert.ok(!(await tenant.kinds(ADELE)).includes("phone"));
});

scene("a sign-in that has ended is asked for again, and the work goes on", {}, async ({ tab, page, tenant, entra }) => {
  await signIn(tab);
  await tab.openUser(ADELE, "Adele Vance");
  await tab.settled();
  entra.revoke();
  entra.refreshes = false;
  await tab.confirm("Adele Vance");
  await page.getByRole("heading", { name: "Your sign-in has ended" }).waitFor();
  await tab.expectHeading("Adele Vance: nothing was changed");
  await tab.inspect("sign-in ended");
  assert.equal((await tenant.summary()).writes, 0);
  await tab.button("Sign in again").click();
  await page.getByText("You are signed in again.").waitFor();
  await tab.button("Back to Adele Vance").click();
  await tab.expectHeading("Adele Vance");
  await tab.confirm("Adele Vance");
  await tab.expectHeading("Done: Adele Vance");
  assert.equal(entra.signIns, 2);
  assert.ok(!(await tenant.kinds(ADELE)).includes("phone"));
});

scene("a sign-in that ends in the middle leaves a record that is true", {}, async ({ tab, page, tenant, entra }) => {
  await signIn(tab);
  await tab.openUser(ADELE, "Adele Vance");
  await tab.settled();
  entra.refreshes = false;
  entra.after = (request) => /"method":"DELETE"/.test(request.postData() ?? "") && entra.revoke();
  await tab.confirm("Adele Vance");
  await page.getByRole("table").waitFor();
  const title = await tab.heading().innerText();
  assert.doesNotMatch(title, /^Done: /);
  const gone = !(await tenant.kinds(ADELE)).includes("phone");
  assert.equal(/^removed/.test((await record(page))["Phone: mobile +1 XXXXXXXX"]), gone);
  await tab.inspect("ended in the middle");
});

scene("what is not permitted is told with what is missing", {}, async ({ tab, page, tenant, entra }) => {
  entra.claims = { scp: "User.Read" };
  await signIn(tab);
  await page.getByRole("searchbox").fill("adele");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "You may not search by name" }).waitFor();
  await tab.inspect("no search");
  await page.getByRole("searchbox").fill(ADELE);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "You may not do this" }).waitFor();
  assert.match(await tab.text(), /Missing permissions or roles:[^]*UserAuthMethod-Phone\.ReadWrite\.All/);
  await tab.inspect("forbidden");
  assert.equal((await tenant.summary()).writes, 0);
});

scene("no such user", {}, async ({ tab, page }) => {
  await signIn(tab);
  await page.getByRole("searchbox").fill("nobody@contoso.com");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No such user" }).waitFor();
  await tab.inspect("no such user");
});

scene("without a network it says so, and goes on when it is back", {}, async ({ tab, page, entra }) => {
  await signIn(tab);
  entra.offline = true;
  await page.clock.install({ time: new Date() });
  await page.getByRole("searchbox").fill("adele");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No connection" }).waitFor();
  await page.getByRole("searchbox").fill(ADELE);
  await page.keyboard.press("Enter");
  await hurry(page, page.getByRole("heading", { name: "No connection" }).waitFor());
  await tab.inspect("offline");
  entra.offline = false;
  await tab.button("Try again").click();
  await tab.expectHeading("Adele Vance");
});

scene("when Microsoft is busy, it says so while it waits, and when it gives up", { flags: ["--fault", "throttled:1"] }, async ({ tab, page, tenant }) => {
  await signIn(tab);
  await page.clock.install({ time: new Date() });
  await page.getByRole("searchbox").fill(ADELE);
  await page.keyboard.press("Enter");
  await page.getByText(/Microsoft needs time: going on in \d+ s/).first().waitFor();
  await tab.inspect("waiting");
  await hurry(page, page.getByRole("heading", { name: "Microsoft is busy" }).waitFor());
  await tab.inspect("busy");
  assert.equal((await tenant.summary()).writes, 0);
});
