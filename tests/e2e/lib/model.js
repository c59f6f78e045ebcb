// Providers of language models: LiteLLM's proxy, which speaks both interfaces, and one that never ends.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";

import { cleanEnvironment, eventually, freePort } from "./server.js";

export const KEY = "sk-bonghwa-test";

/** LiteLLM's proxy as a process: each model always says the same. It asks nobody else. */
export class LiteLlm {
  static async start(models) {
    const proxy = new LiteLlm();
    proxy.folder = await mkdtemp(path.join(tmpdir(), "bonghwa-litellm-"));
    const model_list = Object.entries(models).map(([model_name, mock_response]) => ({
      model_name,
      litellm_params: { model: "openai/none", api_key: "none", mock_response },
    }));
    const config = path.join(proxy.folder, "config.yaml");
    // Every JSON text is YAML.
    await writeFile(config, JSON.stringify({ model_list, general_settings: { master_key: KEY }, litellm_settings: { telemetry: false } }));
    const port = await freePort();
    proxy.url = `http://127.0.0.1:${port}`;
    const program = process.env.XTASK_LITELLM;
    assert.ok(program, "XTASK_LITELLM names the proxy; `cargo xtask test` sets it");
    const log = path.join(proxy.folder, "log");
    const output = await open(log, "w");
    const environment = { ...cleanEnvironment(), LITELLM_LOCAL_MODEL_COST_MAP: "True", NO_PROXY: "*" };
    proxy.child = spawn(program, ["--config", config, "--host", "127.0.0.1", "--port", String(port)], {
      stdio: ["ignore", output.fd, output.fd],
      env: environment,
    });
    const lives = () => fetch(`${proxy.url}/health/liveliness`).then((answer) => answer.ok, () => false);
    const ready = await eventually(lives, (ok) => ok || proxy.child.exitCode !== null, 60);
    await output.close();
    if (ready !== true) {
      const said = await readFile(log, "utf8");
      await proxy.stop();
      throw new Error(`LiteLLM did not start: ${said}`);
    }
    return proxy;
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGTERM");
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A provider that says some words and then neither goes on nor ends; `closed` counts answers that were given up. */
export class Endless {
  closed = 0;

  static async start(words) {
    const provider = new Endless();
    provider.listener = createServer((request, response) => {
      request.resume();
      response.on("close", () => (provider.closed += 1));
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: words } }] })}\n\n`);
    });
    provider.listener.listen(0, "127.0.0.1");
    await once(provider.listener, "listening");
    provider.url = `http://127.0.0.1:${provider.listener.address().port}`;
    return provider;
  }

  stop() {
    this.listener.closeAllConnections();
    this.listener.close();
  }
}

/** Settings with one provider. */
export function settings(kind, url, model) {
  const base = kind === "openai" ? `${url}/v1` : url;
  return `[[model.providers]]\nname = "own"\nkind = "${kind}"\nurl = "${base}"\nmodel = "${model}"\nkey = "${KEY}"\nexternal = false\n`;
}
