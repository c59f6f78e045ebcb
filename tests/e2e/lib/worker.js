// The Worker under workerd as a child process, in a scratch folder, on a free port.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { eventually, freePort, root } from "./server.js";

const workerd = process.env.XTASK_WORKERD ?? path.join(root, "node_modules/@cloudflare/workerd-linux-64/bin/workerd");
const folder = process.env.XTASK_WORKER ?? path.join(root, "worker");
const admin = "the administrator of these tests";

export class Worker {
  /** Starts workerd with these regions and this fleet key, and waits until it answers. */
  static async start(regions, fleetKey) {
    const worker = new Worker();
    worker.folder = await mkdtemp(path.join(tmpdir(), "bonghwa-worker-"));
    const port = await freePort();
    worker.url = `http://127.0.0.1:${port}`;
    const wanted = ["serve", "workerd.capnp", `--socket-addr=http=127.0.0.1:${port}`, `--directory-path=data=${worker.folder}`];
    const env = { REGIONS: regions, FLEET_KEY: fleetKey, ADMIN_KEY: admin };
    worker.child = spawn(workerd, wanted, { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
    const answers = () => fetch(`${worker.url}/healthz`).then((answer) => answer.ok, () => false);
    if (!(await eventually(answers, (ok) => ok, 20))) {
      await worker.stop();
      throw new Error("workerd did not start; its message stands above");
    }
    return worker;
  }

  /** A new key. */
  async key(region, use) {
    const body = JSON.stringify({ region, use });
    const answer = await fetch(`${this.url}/api/keys`, { method: "POST", headers: { authorization: `Bearer ${admin}` }, body });
    if (answer.status !== 201) throw new Error(`no key: ${answer.status} ${await answer.text()}`);
    return (await answer.json()).key;
  }

  /** Ends it and removes its folder. */
  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
