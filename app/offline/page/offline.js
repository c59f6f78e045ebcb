// The page round the app where there is no server: opens files, gives what pages ask for to a worker, says who signed.
"use strict";

(() => {
  const root = document.documentElement;
  const store = { get: (key) => tried(() => localStorage.getItem(key)), set: (key, value) => tried(() => localStorage.setItem(key, value)) };
  const waiting = new Map();
  const state = { site: undefined, refused: [], progress: undefined, share: 0, broken: "", failed: "", mounted: false, update: undefined, said: "" };
  let worker;
  let number = 0;

  /** Some browsers forbid storage; the page works without. */
  function tried(act) {
    try {
      return act();
    } catch {
      return null;
    }
  }

  const words = () => WORDS[root.lang === "en" ? "en" : "ko"];

  /** An element: attributes, then children. Texts are never read as markup. */
  function make(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat().filter((child) => child !== undefined && child !== false));
    return made;
  }

  // Parts of the page: beside it as files, or within it where everything is one file.

  async function part(name) {
    const within = document.getElementById(name);
    if (within) return Uint8Array.from(atob(within.textContent.trim()), (letter) => letter.charCodeAt(0));
    const answer = await fetch(name);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  function begin() {
    if (worker) return worker;
    const within = document.getElementById("desk-worker.js")?.textContent;
    const script = within ? URL.createObjectURL(new Blob([within], { type: "text/javascript" })) : "desk-worker.js";
    try {
      worker = new Worker(script);
    } catch (error) {
      fail(error);
      return undefined;
    }
    worker.onmessage = ({ data }) => heard(data);
    worker.onerror = (event) => fail(event.message || words().from_disk);
    part("desk.wasm").then((module) => worker.postMessage({ kind: "start", module }, [module.buffer]), fail);
    return worker;
  }

  function fail(error) {
    state.failed = location.protocol === "file:" && !document.getElementById("desk.wasm") ? words().from_disk : String(error?.message ?? error);
    state.progress = undefined;
    show();
  }

  function open(files) {
    if (!files.length) return;
    Object.assign(state, { refused: [], failed: "", said: "", progress: { name: files[0].name, share: 0 } });
    show();
    begin()?.postMessage({ kind: "open", files: [...files] });
    app().catch(() => {});
  }

  function heard(data) {
    if (data.kind === "answer") {
      waiting.get(data.id)?.(new Response(data.body, { status: data.status, headers: { "content-type": data.type } }));
      waiting.delete(data.id);
      return;
    }
    if (data.kind === "progress") state.progress = data;
    else if (data.kind === "checked") {
      state.share = data.share;
      // The rest of the strip stays, with what is open or has the focus in it.
      document.getElementById("standing")?.replaceChildren(standing(words()));
      return;
    } else if (data.kind === "need") {
      // A part that cannot be had is said of the files that need it.
      const give = (module) => worker.postMessage({ kind: data.part, module }, [module.buffer]);
      part(`${data.part}.wasm`).then(give, (error) => worker.postMessage({ kind: data.part, fault: String(error?.message ?? error) }));
      return;
    } else if (data.kind === "broken") state.broken = data.reason;
    else if (data.kind === "failed") fail(data.reason);
    else if (data.kind === "opened") opened(data);
    show();
  }

  async function opened({ site, refused }) {
    Object.assign(state, { refused, share: 0, broken: "", site, progress: site && !state.mounted ? { share: 100 } : undefined });
    if (!site) return;
    const put = (name, value) => (value ? root.setAttribute(`data-${name}`, value) : root.removeAttribute(`data-${name}`));
    put("lang", root.lang);
    put("demo", site.demo ? "1" : "");
    put("title-ko", site.title[0]);
    put("title-en", site.title[1]);
    put("regions", site.regions.map((names) => names.join("\t")).join("\n"));
    if (state.mounted) {
      dispatchEvent(new Event("bonghwa-opened"));
      return;
    }
    state.mounted = true;
    try {
      await bonghwaApp({ module_or_path: await app() });
      state.progress = undefined;
      bonghwaApp.mount();
      document.getElementById("opener")?.remove();
    } catch (error) {
      state.mounted = false;
      fail(error);
    }
    show();
  }

  let pages;

  /** The module of the pages, compiled while files are read. */
  function app() {
    pages ??= Promise.all([part("app.wasm").then((bytes) => WebAssembly.compile(bytes)), window.bonghwaApp ?? script("app.js")]);
    return pages.then(([module]) => module, (error) => {
      pages = undefined;
      throw error;
    });
  }

  function script(src) {
    return new Promise((done, failed) => {
      document.head.append(make("script", { src, onload: done, onerror: () => failed(new Error(src)) }));
    });
  }

  /** What the app calls in the place of `fetch`. */
  function ask(url, request) {
    if (request?.method && request.method !== "GET") return Promise.resolve(new Response("read only", { status: 405 }));
    return new Promise((answer) => {
      waiting.set(++number, answer);
      begin().postMessage({ kind: "ask", id: number, url });
    });
  }

  window.bonghwa = { fetch: ask };

  // Reports: the app has the form, the file is made here.

  addEventListener("submit", async (event) => {
    const form = event.target.closest?.("form[data-report]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    const say = (text) => form.querySelector("[role=status]").replaceChildren(text);
    button.disabled = true;
    say(words().making);
    try {
      const asked = new URLSearchParams(new FormData(form));
      const formats = asked.getAll("format");
      asked.delete("format");
      const answer = await ask(`/api/report?${asked}`);
      if (!answer.ok) throw new Error(await answer.text());
      const report = await answer.text();
      const { write } = await writing();
      for (const format of formats) {
        const made = write(report, root.lang === "en", format);
        save(made.name, made.type, made.take());
      }
      say(words().ready);
    } catch (error) {
      say(`${words().failed}: ${error?.message ?? error}`);
    }
    button.disabled = false;
  });

  // Pictures of charts.

  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-picture]");
    if (button) bonghwaPicture(button);
  });

  let writer;

  /** The module that lays reports out, loaded when it is first needed. */
  async function writing() {
    if (!writer) {
      if (!window.bonghwaWriter) await script("writer.js");
      await bonghwaWriter({ module_or_path: await part("writer.wasm") });
      writer = bonghwaWriter;
    }
    return writer;
  }

  function save(name, type, bytes) {
    const href = URL.createObjectURL(new Blob([bytes], { type }));
    make("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }

  // What is seen.

  function show() {
    const t = words();
    document.getElementById("files")?.remove();
    if (state.mounted && state.site && !state.progress) document.body.prepend(strip(t));
    if (state.mounted && !state.progress) return;
    document.title = `${t.title} · ${t.name}`;
    const page = opener(t);
    const old = document.getElementById("opener");
    if (old) {
      const focused = document.activeElement?.id;
      old.replaceWith(page);
      if (focused) document.getElementById(focused)?.focus();
    } else {
      document.body.append(page);
    }
  }

  const chooser = (id) => make("input", { type: "file", id, class: "vh", multiple: true, onchange: (event) => open(event.target.files) });

  function opener(t) {
    const busy = state.progress && make("div", { class: "busy", role: "status" },
      make("p", {}, state.progress.name ? `${t.reading}: ${state.progress.name} ${state.progress.share}%` : t.opening),
      make("progress", { max: "100", value: String(state.progress.share), "aria-label": t.reading }));
    const language = make("button", { type: "button", class: "quiet", id: "language", lang: root.lang === "en" ? "ko" : "en", onclick: () => speak(root.lang === "en" ? "ko" : "en") }, t.other);
    return make("div", { id: "opener" },
      make("header", { class: "top" }, make("p", { class: "brand" }, make("b", {}, t.name)), make("div", { class: "util" }, language)),
      make("main", { id: "main", class: "wrap" },
        make("section", { class: "status" },
          make("div", { class: "say" },
            make("h1", {}, t.title),
            make("p", { class: "lead" }, t.lead),
            make("div", { class: "drop" },
              chooser("choose"),
              make("p", {}, `${t.drop} `, make("label", { for: "choose", class: "btn main" }, t.choose)),
              make("p", { class: "small" }, t.several)),
            busy,
            troubles(t)))));
  }

  function troubles(t) {
    const list = state.refused.map(({ name, reason }) => make("p", {}, make("b", {}, `${t.refused}: ${name}`), make("br"), reason));
    if (state.failed) list.push(make("p", {}, make("b", {}, t.failed), make("br"), state.failed));
    if (state.said) list.push(make("p", {}, state.said));
    return make("div", { class: "trouble", role: "alert" }, list);
  }

  function strip(t) {
    const { files } = state.site;
    const about = make("details", {}, make("summary", {}, t.details), files.map((file) => card(t, file)));
    return make("aside", { id: "files", class: "ribbon files", "aria-label": t.title },
      make("p", {},
        make("b", {}, t.files(files.length)),
        make("span", { id: "standing", class: state.broken ? "bad" : undefined, role: state.broken ? "alert" : undefined }, standing(t)),
        make("span", { class: "acts" }, chooser("more"), make("label", { for: "more", class: "quiet" }, t.more), make("button", { type: "button", class: "quiet", onclick: close }, t.close))),
      state.update && make("p", {}, t.update, make("button", { type: "button", class: "quiet", onclick: renew }, t.reload)),
      troubles(t),
      make("div", { class: "wrap" }, about));
  }

  function standing(t) {
    if (state.broken) return `${t.broken}: ${state.broken}`;
    if (!state.site.files.some((file) => file.signer)) return state.site.files.some((file) => file.taken) ? t.here : t.unsigned;
    return state.share < 100 ? t.checking(state.share) : t.whole;
  }

  function card(t, file) {
    const day = (at) => new Intl.DateTimeFormat(root.lang, { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Seoul" }).format(new Date(at * 1000));
    const period = [t.period, `${day(file.from)} – ${day(file.to)}`];
    const size = [t.size, `${(file.bytes / 1e6).toLocaleString(root.lang, { maximumFractionDigits: 1 })} MB`];
    const listed = (rows) =>
      make("section", {}, make("h2", {}, file.name), make("dl", {}, rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))));
    if (file.taken) {
      const { kind, taken, refused, first_refused: first } = file.taken;
      const count = (number) => number.toLocaleString(root.lang);
      return listed([[t.kind, t.kinds[kind]], period, [t.taken, count(taken)], [t.left, count(refused) + (first ? ` (${first})` : "")], size]);
    }
    if (!file.signer) return make("section", {}, make("h2", {}, file.name), make("p", {}, t.unsigned));
    const rows = [
      [t.signer, make("code", {}, file.signer)],
      [t.made, day(file.at)],
      [t.by, file.by || t.nobody],
      [t.reason, file.reason],
      period,
      [t.regions, file.regions.join(", ")],
      size,
      [t.registers, file.registers ? t.can : t.cannot],
    ];
    return listed(rows);
  }

  /** Forgets the files: nothing but the memory of this page held them. */
  function close() {
    history.replaceState(null, "", location.href.split("#")[0]);
    location.reload();
  }

  function speak(lang) {
    root.lang = lang;
    store.set("lang", lang);
    show();
  }

  // Dropping files works wherever the page is.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    root.classList.add("dropping");
  });
  addEventListener("dragleave", (event) => event.relatedTarget || root.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    root.classList.remove("dropping");
    open(event.dataTransfer.files);
  });

  // The question box is a key away, as on every page that a server gives.
  addEventListener("keydown", (event) => {
    const box = document.getElementById("q");
    const typing = event.target.closest?.("input,textarea,select,[contenteditable]");
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (box && ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && plain && !typing))) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });

  // The app changes the language of the document; the strip follows.
  new MutationObserver(() => {
    store.set("lang", root.lang);
    show();
  }).observe(root, { attributes: true, attributeFilter: ["lang"] });

  // Installable, where the browser allows it: the parts of this page are kept, and nothing else.
  function renew() {
    state.update.postMessage("renew");
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  }

  async function install() {
    if (!navigator.serviceWorker || document.getElementById("desk.wasm")) return;
    const registration = await navigator.serviceWorker.register("sw.js");
    const look = (fresh) => {
      if (fresh && navigator.serviceWorker.controller) {
        state.update = fresh;
        show();
      }
    };
    look(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const fresh = registration.installing;
      fresh?.addEventListener("statechange", () => fresh.state === "installed" && look(fresh));
    });
  }

  const known = new URLSearchParams(location.hash.split("?")[1] ?? "").get("lang") ?? store.get("lang") ?? navigator.language.slice(0, 2);
  root.lang = known === "en" ? "en" : "ko";
  for (const key of ["theme", "size"]) {
    const value = store.get(key);
    if (value) root.dataset[key] = value;
  }
  show();
  install().catch(() => {});
})();
