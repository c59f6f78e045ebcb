// A demonstration and a browser that live as long as a suite.

import { after, before } from "node:test";

import { launch } from "./browser.js";
import { Server } from "./server.js";

/** The server of the suite; set before its first test. */
export let server;
/** The browser of the suite; set before its first test. */
export let browser;

/** Starts both before the suite's tests, and ends them after. What is given is checked once they run. */
export function demonstration(check) {
  before(async () => {
    server = await Server.demonstration();
    browser = await launch();
    await check?.();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
}
