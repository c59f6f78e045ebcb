import { launch, newPage, open } from "./lib/browser.js";
const [base, out, ...list] = process.argv.slice(2);
const browser = await launch();
for (const item of list) {
  const [name, width, path] = item.split("|");
  const page = await newPage(browser, { width: Number(width) });
  await open(page, base + path);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${out}/${name}.png`, fullPage: true, animations: "disabled" });
  if (page.faults.length) console.log(name, page.faults);
  await page.context().close();
}
await browser.close();
