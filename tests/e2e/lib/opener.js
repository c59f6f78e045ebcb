// The offline page: files are opened on it, and what the app asks for is asked of it.

/** Opens files on the page and waits until the app stands. */
export async function opened(page, address, ...files) {
  await page.goto(address, { waitUntil: "load" });
  await page.setInputFiles("#choose", files);
  await page.locator("#files").waitFor({ timeout: 60_000 });
  await page.locator("main h1").first().waitFor();
}

/** Goes to a place of the app by its address, and waits for the page. */
export async function go(page, place) {
  await page.evaluate((hash) => (location.hash = hash), place);
  await page.locator("main .skeleton").waitFor({ state: "detached" });
  await page.locator("main h1").first().waitFor({ timeout: 30_000 });
}

/** What the data interface of the page says. */
export const told = (page, url) => page.evaluate(async (address) => (await bonghwa.fetch(address)).json(), url);
