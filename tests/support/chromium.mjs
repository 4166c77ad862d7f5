// A real Chromium, the machine's own, for everything that is tested in a browser.
import { statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const APPS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

// Nothing leaves the machine but what a test asks for.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The program; `CHROMIUM` names another. */
export function chromiumPath() {
  const named = process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const places = named ? [named] : [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...APPS];
  const found = places.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (found === undefined) {
    throw new Error("Chromium is missing: install Chromium or Google Chrome, or name one in the variable CHROMIUM");
  }
  return found;
}

/**
 * Starts it without a window and with an empty profile, which goes with it.
 *
 * @param {import("playwright-core").LaunchOptions} options
 * @returns {Promise<import("playwright-core").Browser>}
 */
export async function launchChromium({ args = [], ...options } = {}) {
  return chromium.launch({ ...options, executablePath: chromiumPath(), headless: true, args: [...FLAGS, ...args] });
}
