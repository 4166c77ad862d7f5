// The simulation inside the page, as somebody meets it who has no account.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stage } from "./stage.js";

const NOT_SET_UP = { tenantId: "", clientId: "", cloud: "global", protect: ["alex.wilber@contoso.com"], passMinutes: 60 };
const WINDOWS = { desk: { width: 1280, height: 800 }, phone: { width: 320, height: 640 } };

const { open } = stage(NOT_SET_UP);

for (const [name, viewport] of Object.entries(WINDOWS)) {
  test(`every screen is accessible and fits, ${name}`, async () => {
    const tab = await open({ viewport });
    const { page } = tab;
    await tab.inspect("start");
    await tab.enterSandbox();
    await page.getByRole("complementary", { name: "Simulation" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("Type the beginning of a name first.").waitFor();
    await tab.inspect("nothing typed");
    await page.getByRole("searchbox").fill("zzz");
    await page.keyboard.press("Enter");
    await page.getByText("Nobody found.").waitFor();
    await tab.inspect("nobody found");
    await page.getByRole("searchbox").fill("a");
    await page.keyboard.press("Enter");
    await tab.button(/Adele Vance/).waitFor();
    assert.equal(await page.getByRole("main").getByRole("listitem").count(), 3);
    await tab.inspect("found");

    await tab.button(/Adele Vance/).click();
    await tab.expectHeading("Adele Vance");
    await tab.settled();
    assert.deepEqual(await tab.cards("Goes"), ["Authenticator app code", "Phone", "Microsoft Authenticator\nDefault"]);
    assert.deepEqual(await tab.cards("Stays"), ["Password", "Passkey or security key", "Windows Hello", "E-mail address"]);
    await tab.inspect("a plan");

    await page.getByLabel("Contact details").check();
    await page.locator(".group-title", { hasText: "Goes (2)" }).waitFor();
    assert.equal(await page.getByLabel("Sign the user out everywhere").isChecked(), false);
    await page.getByLabel("Pick kinds").check();
    await page.getByLabel("Windows Hello", { exact: true }).check();
    await page.locator(".group-title", { hasText: "Goes (1)" }).waitFor();
    await tab.settled();
    assert.deepEqual(await tab.cards("Goes"), ["Windows Hello"]);
    await tab.inspect("kinds");
    await page.getByLabel("Windows Hello", { exact: true }).uncheck();
    await page.getByLabel("Issue a Temporary Access Pass").uncheck();
    await page.getByLabel("Sign the user out everywhere").uncheck();
    await tab.settled();
    await tab.button("Review and confirm").click();
    await page.getByText("Nothing is chosen").waitFor();
    await tab.inspect("nothing chosen");

    await page.getByLabel("Register again").check();
    await page.getByLabel("Issue a Temporary Access Pass").check();
    await page.getByLabel("Ticket or note").fill("INC-1042");
    await tab.confirm("Adele Bance");
    await page.getByText("That is not the name.").waitFor();
    await tab.inspect("the wrong name");
    await page.getByRole("dialog").getByRole("textbox").fill("  adele  VANCE ");
    await tab.button("Reset now").click();
    await tab.expectHeading("Resetting Adele Vance");
    await page.getByRole("listitem").filter({ hasText: "Temporary Access Pass issued" }).waitFor();
    await tab.inspect("under way");
    await tab.expectHeading("Done: Adele Vance");
    const record = await page.getByRole("region", { name: "Record (simulation)" }).innerText();
    assert.match(record, /INC-1042/);
    assert.match(record, /Microsoft Authenticator: Adele's Pixel\s+removed/);
    assert.match(record, /Windows Hello: Adele's Surface\s+stays\s+Not part of this choice/);
    await tab.inspect("done");
    await tab.button("Show the pass").click();
    await tab.inspect("the pass is shown");

    await tab.button("Next user").click();
    await tab.openUser("admin@contoso.com", "MOD Administrator");
    await page.getByText("Holds the role Global Administrator").waitFor();
    await tab.inspect("refused");
    assert.equal(await tab.button("Review and confirm").count(), 0);
    await tab.close();
  });
}

test("whoever may not be reset is refused, and nothing on the page changes that", async () => {
  const tab = await open();
  await tab.enterSandbox();
  const refused = [
    ["pradeep.gupta@contoso.com", "Pradeep Gupta", "In a restricted management administrative unit"],
    ["alex.wilber@contoso.com", "Alex Wilber", "On this page's list of protected users"],
    ["megan.bowen@contoso.com", "Megan Bowen", "Owner of the group Tier 0 operators"],
    ["isaiah.langer@contoso.com", "Isaiah Langer", "Holds the role User Administrator, which the user can activate"],
  ];
  for (const [user, name, why] of refused) {
    await tab.openUser(user, name);
    await tab.page.getByText(why).waitFor();
    await tab.settled();
    assert.equal(await tab.page.getByRole("radio").count(), 0);
    assert.equal(await tab.button("Review and confirm").count(), 0);
    assert.doesNotMatch(await tab.text(), /allowPrivileged/);
    await tab.button("Find another user").click();
  }
  await tab.page.getByRole("searchbox").fill("nobody@contoso.com");
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("heading", { name: "No such user" }).waitFor();
  await tab.inspect("no such user");
  await tab.close();
});

test("the keyboard alone does all of it, and the focus follows", async () => {
  const tab = await open();
  const { page } = tab;
  const { keyboard } = page;
  const focused = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      return (at.labels?.[0] ?? at).textContent.trim();
    });
  const tabTo = async (text) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await focused()).startsWith(text)) {
        const { outlineStyle } = await page.evaluate(() => ({ outlineStyle: getComputedStyle(document.activeElement).outlineStyle }));
        assert.equal(outlineStyle, "solid", `${text} shows its focus`);
        return;
      }
      await keyboard.press("Tab");
    }
    assert.fail(`the keyboard does not reach ${text}, but ${await focused()}`);
  };
  await tabTo("Try it without an account");
  await keyboard.press("Enter");
  await tab.expectHeading("Find a user");
  assert.equal(await focused(), "Name, user name or object id");
  await keyboard.type("joni");
  await keyboard.press("Enter");
  await tab.button(/Joni Sherman/).waitFor();
  await tabTo("JSJoni Sherman");
  await keyboard.press("Enter");
  await tab.expectHeading("Joni Sherman");
  assert.equal(await focused(), "Joni Sherman");
  await tab.settled();
  await tabTo("Register again");
  await keyboard.press("ArrowDown");
  assert.equal(await focused(), "Contact details");
  await tab.settled();
  await tabTo("Review and confirm…");
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.match(await focused(), /^Type Joni Sherman/);
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(await focused(), "Review and confirm…");
  await keyboard.press("Enter");
  await keyboard.type("Joni Sherman");
  // Nothing behind the dialog is reached.
  const reached = [];
  for (let presses = 0; presses < 6; presses += 1) {
    await keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog") !== null));
  }
  assert.ok(reached.every(Boolean));
  await tabTo("Reset now");
  await keyboard.press("Enter");
  await tab.expectHeading("Done: Joni Sherman");
  assert.equal(await focused(), "Done: Joni Sherman");
  await tabTo("Show the pass");
  await keyboard.press("Space");
  await page.locator(".pass-code code").waitFor();
  await tabTo("Next user");
  await keyboard.press("Enter");
  await tab.expectHeading("Find a user");
  assert.equal(await focused(), "Name, user name or object id");
  await tabTo("Leave");
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "You have left" }).waitFor();
  await tab.inspect("left");
  await tab.close();
});

test("a screen reader hears what happens", async () => {
  const tab = await open();
  const { page } = tab;
  await tab.enterSandbox();
  await tab.openUser("Adele", "Adele Vance");
  await tab.confirm("Adele Vance");
  await tab.expectHeading("Done");
  const heard = await page.getByRole("log").getByRole("paragraph").allTextContents();
  for (const said of ["1 user found", "3 methods would go, 4 would stay", "Temporary Access Pass issued: done", "Removed Phone: mobile +1 XXXXXXXX00: done", "User signed out everywhere: done"]) {
    assert.ok(heard.includes(said), `${said} is not among: ${heard.join(" | ")}`);
  }
  const landmarks = await Promise.all(["banner", "main", "contentinfo"].map((role) => page.getByRole(role).count()));
  assert.deepEqual(landmarks, [1, 1, 1]);
  assert.equal(await page.locator("h1").count(), 1);
  assert.equal(await page.title(), "Done – MFA reset");
  await tab.close();
});
