// A plain web server that gives files of a folder, below a path: what an organisation puts the offline page on.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Serves a folder below `/some/place/`; says where, and how to end it. */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const name = pathname.replace(/^\/some\/place\//, "") || "index.html";
    const bytes = await readFile(path.join(folder, path.normalize(`/${name}`))).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404, { "content-type": TYPES[path.extname(name)] ?? "application/octet-stream" });
    response.end(bytes);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/some/place/`;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url, stop };
}
