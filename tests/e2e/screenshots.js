// Pictures for the README, from a server with demonstration data: node screenshots.js FOLDER

import { mkdir } from "node:fs/promises";
import path from "node:path";

import { launch, newPage, open } from "./lib/browser.js";
import { Server, eventually } from "./lib/server.js";

const PICTURES = [
  { name: "now.ko.light.png", address: "/?lang=ko&theme=light", width: 1440 },
  { name: "now.en.dark.png", address: "/?lang=en&theme=dark", width: 1440 },
  { name: "region.ko.light.png", address: "/region/seoul?lang=ko&theme=light", width: 1440 },
  { name: "combine.ko.light.png", address: "/combine?r=seoul,incheon,gyeonggi,sejong&lang=ko&theme=light", width: 1440 },
  { name: "now.ko.phone.png", address: "/?lang=ko&theme=light", width: 390 },
];

const folder = path.resolve(process.argv[2] ?? "docs/images");
await mkdir(folder, { recursive: true });
const server = await Server.start();
const browser = await launch();
try {
  await eventually(() => server.json("/api/now"), (now) => now.received === now.expected, 60);
  for (const { name, address, width } of PICTURES) {
    const page = await newPage(browser, { width });
    await open(page, server.url + address);
    if (address.startsWith("/combine")) await page.locator(".perf").waitFor();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: path.join(folder, name), animations: "disabled" });
    await page.context().close();
    console.log(name);
  }
} finally {
  await browser.close();
  await server.stop();
}
