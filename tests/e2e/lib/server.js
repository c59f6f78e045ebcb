// The program as a child process, in a scratch folder, on a free port.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, open, readFile, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
export const binary = process.env.XTASK_BINARY ?? path.join(root, "target/release/bonghwa");
export const dist = process.env.XTASK_DIST ?? path.join(root, "dist");

/** Where the first demonstration leaves its fifteen days for those of the other suites, if there is such a place. */
const seed = process.env.XTASK_SEED;

/** Waits for some milliseconds. */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks again until the answer is as wanted, at most `seconds`; returns the last answer either way. */
export async function eventually(ask, wanted, seconds = 15) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer) || Date.now() > deadline) return answer;
    await pause(200);
  }
}

/** A port on which nothing listens. */
export async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

/** This process's environment without settings of the program. */
export function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("BONGHWA_")));
}

export class Server {
  /** Starts `bonghwa serve` with these flags and waits until it answers. */
  static async start(...flags) {
    return Server.#on(await mkdtemp(path.join(tmpdir(), "bonghwa-e2e-")), flags);
  }

  static async #on(folder, flags) {
    const server = new Server();
    server.folder = folder;
    const port = await freePort();
    server.url = `http://127.0.0.1:${port}`;
    const log = path.join(server.folder, "log");
    const output = await open(log, "w");
    const data = path.join(server.folder, "data");
    const wanted = ["serve", "--listen", `127.0.0.1:${port}`, "--data", data, "--dist", dist, ...flags];
    server.child = spawn(binary, wanted, { stdio: ["ignore", output.fd, output.fd], env: cleanEnvironment() });
    const ended = once(server.child, "exit");
    const answers = () => fetch(`${server.url}/healthz`).then((answer) => answer.ok, () => false);
    const ready = eventually(answers, (ok) => ok || server.child.exitCode !== null, 240);
    const alive = await Promise.race([ready, ended.then(() => false)]);
    await output.close();
    if (alive !== true) {
      await server.stop();
      throw new Error(`the server did not start: ${await readFile(log, "utf8").catch(() => "no log")}`);
    }
    return server;
  }

  /** Starts it with its demonstration and waits until all regions report. */
  static async demonstration() {
    const folder = await mkdtemp(path.join(tmpdir(), "bonghwa-e2e-"));
    const data = path.join(folder, "data");
    if (seed && existsSync(seed)) await cp(seed, data, { recursive: true });
    let server = await Server.#on(folder, []);
    if (seed && !existsSync(seed)) {
      // What is judged once need not be judged by every suite.
      await eventually(() => server.json("/api/incidents?span=31d"), (view) => view.judging === 0, 400);
      await server.halt();
      // A copy that breaks off must not be taken for a whole one.
      await cp(data, `${seed}.part`, { recursive: true });
      await rename(`${seed}.part`, seed);
      server = await Server.#on(folder, []);
    }
    const seen = await eventually(() => server.json("/api/now"), (now) => now.received === now.expected, 60);
    if (seen.received !== seen.expected) {
      await server.stop();
      throw new Error(`${seen.received} of ${seen.expected} regions report`);
    }
    return server;
  }

  /** Ends it, and keeps the folder. */
  async halt() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
  }

  /** Ends it and removes its folder. */
  async stop() {
    await this.halt();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Data as JSON. */
  async json(address) {
    const answer = await fetch(this.url + address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** A region's last hour. */
  region(code) {
    return this.json(`/api/region?region=${code}&span=1h&vs=none`);
  }
}
