// Chromium, and pages that remember everything that went wrong on them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

/** A fresh browser; `--no-sandbox` because tests often run as root in a container. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.XTASK_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page in its own context. `page.faults` collects console errors and warnings (hydration), violations of the
 * content security policy, script errors and failed requests. */
export async function newPage(browser, { width = 1440, height = 900, javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: "ko-KR", javaScriptEnabled });
  await context.addInitScript(axe);
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.faults.push(`script: ${error.message}`));
  page.on("response", (answer) => {
    if (answer.status() >= 400) page.faults.push(`${answer.status()}: ${answer.url()}`);
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") page.faults.push(`left the machine: ${request.url()}`);
  });
  return page;
}

/** Opens an address and waits until the app runs on the page: it has asked for its event stream and drawn twice. */
export async function open(page, address) {
  const followed = page.waitForRequest((request) => new URL(request.url()).pathname === "/api/live", { timeout: 20_000 });
  await page.goto(address, { waitUntil: "load" });
  await followed;
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

/** Violations of WCAG 2.0 to 2.2, levels A and AA, and of axe's best practices, as short texts. Colours on their way
 * from one to another are nobody's to read, so what moves and ends is waited for. */
export async function violations(page) {
  await page.evaluate(async () => {
    const ends = (movement) => Number.isFinite(movement.effect?.getComputedTiming().endTime);
    await Promise.allSettled(document.getAnimations().filter(ends).map((movement) => movement.finished));
  });
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
    }),
  );
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}: ${nodes[0].html.slice(0, 160)})`);
}

/** Nothing went wrong on the page so far. */
export function assertClean(page, what) {
  assert.deepEqual(page.faults, [], what);
}
