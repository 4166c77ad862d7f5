// A tab that notices everything that must not happen in one: violations of the policy, errors in the console, and
// anything stored.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What a browser says of a request that a test has fail. */
const EXPECTED = /Failed to load resource/;

export async function openTab(browser, url, options = {}) {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], locale: "en-GB", ...options });
  const noise = [];
  const watch = (page) => {
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()) && !EXPECTED.test(message.text())) {
        noise.push(`${message.type()}: ${message.text()}`);
      }
    });
    page.on("pageerror", (error) => noise.push(`thrown: ${error.message}`));
  };
  context.on("page", watch);
  await context.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  return new Tab(context, page, noise);
}

class Tab {
  constructor(context, page, noise) {
    this.context = context;
    this.page = page;
    this.noise = noise;
  }

  heading() {
    return this.page.locator("h1");
  }

  async expectHeading(text) {
    await this.page.locator("h1", { hasText: text }).waitFor();
  }

  button(name) {
    return this.page.getByRole("button", { name });
  }

  async enterSandbox() {
    await this.button("Try it without an account").click();
    await this.expectHeading("Find a user");
  }

  /** By what is typed: a name is searched for, anything else opened. */
  async openUser(typed, name) {
    await this.page.getByRole("searchbox").fill(typed);
    await this.page.keyboard.press("Enter");
    if (!typed.includes("@")) {
      await this.page.getByRole("main").getByRole("button", { name }).click();
    }
    await this.expectHeading(name);
    await this.page.locator(".group-title").first().waitFor();
  }

  /** The labels of the cards below a heading, `Goes` or `Stays`. */
  cards(group) {
    return this.page.getByRole("region", { name: group }).getByRole("listitem").locator(".method-title").allInnerTexts();
  }

  /** Waits until the plan on the screen is the one of the choice. */
  async settled() {
    await this.page.locator('.methods-column[aria-busy="false"]').waitFor();
  }

  async confirm(name) {
    await this.settled();
    await this.button("Review and confirm").click();
    await this.page.getByRole("dialog").getByRole("textbox").fill(name);
    await this.button("Reset now").click();
  }

  text() {
    return this.page.locator("body").innerText();
  }

  /** axe-core finds nothing, in either colour scheme; the page is no wider than its window; nothing is stored. */
  async inspect(state) {
    const { page } = this;
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      // In a world of its own, which the page's policy does not bind.
      const found = await this.#axe();
      assert.deepEqual(found, [], `axe, ${state}, ${colorScheme}`);
    }
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    const { width, window } = await page.evaluate(() => ({ width: document.documentElement.scrollWidth, window: innerWidth }));
    assert.ok(width <= window, `${state}: ${width} px wide in a window of ${window} px`);
    await this.nothingStored(state);
  }

  async #axe() {
    const session = await this.context.newCDPSession(this.page);
    try {
      const { frameTree } = await session.send("Page.getFrameTree");
      const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
      await session.send("Runtime.evaluate", { expression: AXE, contextId });
      const run = 'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`))';
      const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression: run, contextId, awaitPromise: true, returnByValue: true });
      assert.equal(exceptionDetails, undefined);
      return result.value;
    } finally {
      await session.detach();
    }
  }

  async nothingStored(state) {
    const stored = await this.page.evaluate(async () => ({
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      cookie: document.cookie,
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: await caches.keys(),
      address: location.search + location.hash,
    }));
    assert.deepEqual(stored, { local: [], session: [], cookie: "", databases: [], caches: [], address: "" }, state);
    assert.deepEqual(await this.context.cookies(), [], state);
  }

  /** Ends it; nothing may have been blocked or complained about. */
  async close() {
    const violations = await this.page.evaluate(() => window.violations);
    await this.context.close();
    assert.deepEqual(violations, [], "violations of the policy");
    assert.deepEqual(this.noise, [], "the console");
  }
}
