// The pass: shown when asked, in no record, and gone in time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stage } from "./stage.js";

const { open } = stage({ tenantId: "", clientId: "", passMinutes: 60 });

/** A tab after a reset, and the pass that was issued. */
async function issued({ clock = false } = {}) {
  const tab = await open();
  if (clock) {
    await tab.page.clock.install();
    await tab.page.reload();
  }
  await tab.enterSandbox();
  await tab.openUser("Adele", "Adele Vance");
  await tab.confirm("Adele Vance");
  await tab.expectHeading("Done");
  await tab.button("Copy").click();
  const pass = await tab.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(pass.length, 8);
  return { tab, pass };
}

/** Everything that the page holds, hidden or not. */
const everything = (tab) => tab.page.evaluate(() => document.documentElement.outerHTML);

test("it is nowhere on the page before somebody asks, and hidden again on demand", async () => {
  const { tab, pass } = await issued();
  assert.ok(!(await everything(tab)).includes(escaped(pass)));
  await tab.button("Show the pass").click();
  assert.equal(await tab.page.locator(".pass-code code").innerText(), pass);
  await tab.button("Hide the pass").click();
  assert.ok(!(await everything(tab)).includes(escaped(pass)));
  await tab.button("Show the pass").click();
  await tab.button("Handed over, forget it").click();
  await tab.page.getByText("The pass is gone from this page.").waitFor();
  assert.ok(!(await everything(tab)).includes(escaped(pass)));
  assert.equal(await tab.button("Show the pass").count(), 0);
  await tab.inspect("forgotten");
  await tab.close();
});

test("it is not printed, even while it is shown", async () => {
  const { tab, pass } = await issued();
  await tab.button("Show the pass").click();
  await tab.page.emulateMedia({ media: "print" });
  const printed = await tab.text();
  assert.match(printed, /Temporary Access Pass\s+issued, for 60 minutes/);
  assert.match(printed, /Phone: mobile \+1 XXXXXXXX00\s+removed/);
  assert.ok(!printed.includes(pass));
  assert.ok(!(await tab.page.getByRole("heading", { name: "Temporary Access Pass" }).isVisible()));
  await tab.page.emulateMedia({ media: "screen" });
  // And whoever prints by the browser's own menu: it is hidden before.
  await tab.page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await tab.button("Show the pass").waitFor();
  assert.ok(!(await everything(tab)).includes(escaped(pass)));
  await tab.close();
});

test("it is gone when its time is over", async () => {
  const { tab, pass } = await issued({ clock: true });
  await tab.button("Show the pass").click();
  await tab.page.clock.fastForward("58:00");
  await tab.page.getByText(/another [12]:\d\d\./).waitFor();
  assert.ok((await everything(tab)).includes(escaped(pass)));
  await tab.page.clock.fastForward("02:01");
  await tab.page.getByText("The pass is gone from this page.").waitFor();
  assert.ok(!(await everything(tab)).includes(escaped(pass)));
  await tab.close();
});

test("it is gone when the page is left, though the browser may keep the page", async () => {
  const { tab, pass } = await issued();
  await tab.button("Show the pass").click();
  await tab.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await tab.page.getByText("The pass is gone from this page.").waitFor();
  assert.ok(!(await everything(tab)).includes(escaped(pass)));
  await tab.close();
});

test("it is gone when the next user comes", async () => {
  const { tab, pass } = await issued();
  await tab.button("Show the pass").click();
  await tab.button("Next user").click();
  await tab.openUser("Adele", "Adele Vance");
  await tab.settled();
  assert.ok(!(await everything(tab)).includes(escaped(pass)));
  await tab.close();
});

/** As HTML writes it. */
function escaped(pass) {
  return pass.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
