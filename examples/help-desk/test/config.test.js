// config.json, and what is shipped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { headers } from "./site.js";
import { stage } from "./stage.js";

const { open, withConfig } = stage();

test("a configuration that is wrong is refused", async () => {
  const wrong = [
    ["{", "config.json cannot be read"],
    [{ protected: ["ceo@contoso.com"] }, "a field that nobody knows: protected"],
    [{ tenantId: "contoso.com" }, "both or neither be filled in"],
    [{ cloud: "moon" }, "cloud must be one of global"],
    [{ passMinutes: 5 }, "passMinutes must be a whole number from 10 to 43200"],
    [{ protect: "ceo@contoso.com" }, "protect must be a list"],
  ];
  for (const [config, text] of wrong) {
    await withConfig(config, async (tab) => {
      await tab.page.getByText(text).waitFor();
      assert.equal(await tab.page.getByRole("button").count(), 0);
      await tab.inspect(text);
      await tab.close();
    });
  }
});

test("the policy of the page and of the README's headers allow the same", async () => {
  const tab = await open();
  const meta = await tab.page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  const [, header] = headers().find(([name]) => name === "Content-Security-Policy");
  const read = (policy) => new Map(policy.split("; ").map((line) => line.split(" ")).map(([name, ...values]) => [name, values]));
  const [inPage, inHeader] = [read(meta), read(header)];
  // Only a header may forbid frames; and it names the one cloud, where the page has to allow all.
  assert.deepEqual(inHeader.get("frame-ancestors"), ["'none'"]);
  inHeader.delete("frame-ancestors");
  assert.deepEqual([...inHeader.keys()], [...inPage.keys()]);
  for (const [name, values] of inHeader) {
    assert.ok(values.every((value) => inPage.get(name).includes(value)), name);
    assert.ok(values.every((value) => !value.includes("unsafe-inline") && value !== "'unsafe-eval'"), name);
  }
  assert.equal(await tab.page.locator("script:not([src]), style, [style]").count(), 0);
  await tab.close();
});

test("a defect of the page is told, and does not leave it empty", async () => {
  const tab = await open();
  await tab.enterSandbox();
  await tab.openUser("adele.vance@contoso.com", "Adele Vance");
  await tab.settled();
  await tab.page.evaluate(() => {
    Date.now = () => {
      throw new Error("a defect");
    };
  });
  await tab.page.getByLabel("Contact details").click({ noWaitAfter: true });
  await tab.page.getByText("If a reset was under way, look at that user again").waitFor();
  assert.deepEqual([...new Set(tab.noise)], ["error: Error"]);
  await tab.context.close();
});
