// Keeps the parts of the offline page, and nothing else: no data passes here. VERSION and PARTS are filled in when it is built.
"use strict";

const VERSION = "%VERSION%";
const PARTS = ["%PARTS%"];
const NAME = `bonghwa-offline-${VERSION}`;

addEventListener("install", (event) => {
  // Past the browser's own cache, so that parts of one version stand together.
  const fresh = PARTS.map((part) => new Request(part, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(fresh)));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("bonghwa-offline-") && name !== NAME;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener("message", (event) => event.data === "renew" && skipWaiting());

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const part = url.pathname.slice(new URL(registration.scope).pathname.length) || "index.html";
  if (request.method !== "GET" || url.origin !== location.origin || !PARTS.includes(part)) return;
  event.respondWith(caches.open(NAME).then((cache) => cache.match(part)).then((kept) => kept ?? fetch(request)));
});
