// What every test stands on: a browser, the built page, and for those who sign in a tenant behind Microsoft's addresses.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchChromium } from "../../../tests/support/chromium.mjs";
import { startTenant } from "../../../tests/support/tenant.mjs";
import { openTab } from "./browser.js";
import { CONFIG, routeEntra } from "./entra.js";
import { build, serve } from "./site.js";

/** Sets it up for the tests of one file. */
export function stage(config = CONFIG) {
  let browser;
  let built;
  let site;
  before(async () => {
    browser = await launchChromium();
    built = await build();
    site = await serve(built.folder, config);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
    built?.remove();
  });
  return {
    open: (options) => openTab(browser, site.url, options),
    /** The same page with another configuration. */
    async withConfig(other, body) {
      const second = await serve(built.folder, other);
      try {
        await body(await openTab(browser, second.url));
      } finally {
        await second.stop();
      }
    },
    /** A tenant, a tab and what stands between them; all of it ends with the test, and must have ended well. */
    scene(name, options, body) {
      test(name, async () => {
        const tenant = await startTenant(options);
        const tab = await openTab(browser, site.url);
        try {
          const entra = await routeEntra(tab.context, tenant);
          await body({ tab, page: tab.page, entra, tenant });
          assert.deepEqual((await tenant.state()).violations, []);
          await tab.close();
        } finally {
          await tab.context.close();
          await tenant.stop();
        }
      });
    },
  };
}

export async function signIn(tab) {
  await tab.button("Sign in with Microsoft").click();
  await tab.expectHeading("Find a user");
}

/** The rows of the record: what the page says became of each method. */
export async function record(page) {
  const rows = page.getByRole("table", { name: "Methods" }).getByRole("row");
  const cells = await rows.evaluateAll((found) => found.map((row) => [...row.cells].map((cell) => cell.innerText)));
  return Object.fromEntries(cells.slice(1));
}

/** Lets the page's time fly, twenty times as fast as ours, until this is over. */
export async function hurry(page, over) {
  let isOver = false;
  const ended = over.finally(() => (isOver = true));
  while (!isOver) {
    await page.clock.runFor(1000);
    await Promise.race([ended.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  return ended;
}
