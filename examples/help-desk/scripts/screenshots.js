// The pictures of the README, from the simulation: npm run screenshots -w help-desk, in examples/.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../../../tests/support/chromium.mjs";
import { openTab } from "../test/browser.js";
import { build, serve } from "../test/site.js";

const FOLDER = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const DESK = { width: 1180, height: 900 };
const PHONE = { width: 390, height: 844 };

mkdirSync(FOLDER, { recursive: true });
const browser = await launchChromium();
const { folder, remove } = await build();
const site = await serve(folder, { tenantId: "", clientId: "", passMinutes: 60 });

async function picture(name, options, steps) {
  const tab = await openTab(browser, site.url, { reducedMotion: "reduce", ...options });
  await tab.enterSandbox();
  await tab.openUser("Adele", "Adele Vance");
  await tab.settled();
  await steps(tab);
  await tab.page.mouse.move(0, 0);
  await tab.page.screenshot({ path: `${FOLDER}${name}.png` });
  await tab.close();
}

async function reset(tab) {
  await tab.page.getByLabel("Ticket or note").fill("INC-1042");
  await tab.confirm("Adele Vance");
  await tab.expectHeading("Done");
}

try {
  await picture("help-desk-plan-light", { viewport: DESK, colorScheme: "light" }, async () => {});
  await picture("help-desk-done-dark", { viewport: DESK, colorScheme: "dark" }, reset);
  await picture("help-desk-phone", { viewport: PHONE, colorScheme: "light" }, reset);
} finally {
  await site.stop();
  remove();
  await browser.close();
}
