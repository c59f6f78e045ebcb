// The desk of the offline page: holds the files that were opened, answers what pages ask, and checks every byte meanwhile.
// It gets its module from the page, opens no connection, and reads of a file what is asked for.
"use strict";

/** Milliseconds between two blocks that are checked: questions go first. */
const PAUSE = 4;

let begun;
const started = new Promise((done, failed) => (begun = { done, failed }));
/** The module that takes telemetry in, asked of the page when it is first needed. */
let taking;
/** Identities are hashed under a key that goes with this worker. */
const key = crypto.getRandomValues(new Uint8Array(16));
let held = [];
let desk;
let round = 0;

onmessage = async ({ data }) => {
  try {
    if (data.kind !== "start" && data.kind !== "intake") await started;
    await TASKS[data.kind](data);
  } catch (error) {
    const reason = String(error?.message ?? error);
    postMessage({ kind: data.id === undefined ? "failed" : "answer", id: data.id, status: 500, type: "text/plain", body: reason, reason });
  }
};

const TASKS = {
  /** The module of the desk, as bytes. */
  async start({ module }) {
    await bonghwaDesk({ module_or_path: module }).then(begun.done, begun.failed);
  },

  /** The module that takes telemetry in, as bytes, or why it cannot be had. */
  async intake({ module, fault }) {
    const loaded = module ? bonghwaIntake({ module_or_path: module }) : Promise.reject(fault);
    const { done, failed } = taking;
    await loaded.then(done, (reason) => {
      taking = undefined;
      failed(reason);
    });
  },

  /** Opens files beside those that are open. A file that cannot be read is named, and the others open. */
  async open({ files }) {
    const known = held.map(({ name, size }) => `${name}/${size}`);
    const fresh = files.filter(({ name, size }) => !known.includes(`${name}/${size}`));
    const { good, refused } = await read([...held, ...fresh]);
    let site = good.length ? together() : undefined;
    if (site?.fault) {
      refused.push({ name: fresh.map(({ name }) => name).join(", "), reason: site.fault });
      site = held.length ? (await read(held), together()) : undefined;
    } else if (site) {
      held = good;
    }
    postMessage({ kind: "opened", site: site && JSON.parse(site.text), refused });
    check(++round);
  },

  /** `{id, url}`: what the server would answer to GET. */
  async ask({ id, url }) {
    const answer = desk.answer(url);
    const { status, kind: type } = answer;
    const body = answer.body();
    postMessage({ kind: "answer", id, status, type, body }, [body.buffer]);
  },
};

async function read(files) {
  desk?.free();
  desk = new bonghwaDesk.Console();
  const [good, refused, telemetry] = [[], [], []];
  for (const file of files) {
    if (!bonghwaDesk.Console.knows(file)) {
      telemetry.push(file);
      continue;
    }
    attempt(file, refused, () => {
      desk.add(file.name, file, progress(file.name));
      good.push(file);
    });
  }
  if (telemetry.length) good.push(...(await take(telemetry, refused)));
  return { good, refused };
}

/** Takes logs, tables and OTLP in; those that were. */
async function take(files, refused) {
  const good = [];
  try {
    await intake();
    const telemetry = new bonghwaIntake.Telemetry(key, Date.now() / 1000);
    const taken = new Map();
    for (const file of files) attempt(file, refused, () => taken.set(file, telemetry.add(file.name, file, progress(file.name))));
    if (!taken.size) return good;
    const frames = telemetry.finish();
    desk.take(frames);
    for (const [file, told] of taken) {
      desk.taken(file.name, file.size, told);
      good.push(file);
    }
  } catch (reason) {
    refused.push({ name: files.map(({ name }) => name).join(", "), reason: String(reason?.message ?? reason) });
  }
  return good;
}

function intake() {
  if (!taking) {
    taking = {};
    taking.ready = new Promise((done, failed) => Object.assign(taking, { done, failed }));
    postMessage({ kind: "need", part: "intake" });
  }
  return taking.ready;
}

function attempt(file, refused, act) {
  try {
    act();
  } catch (reason) {
    refused.push({ name: file.name, reason: String(reason) });
  }
}

/** Tells the page how much of a file was read, by the percent. */
function progress(name) {
  let said = 0;
  return (done, of) => {
    const share = Math.floor((100 * done) / Math.max(of, 1));
    if (share > said) postMessage({ kind: "progress", name, share: (said = share) });
  };
}

function together() {
  try {
    return { text: desk.open() };
  } catch (fault) {
    return { fault: String(fault) };
  }
}

/** Holds every block against what was signed, a little at a time. */
async function check(own) {
  const of = desk?.blocks() ?? 0;
  for (let done = 0; done < of; done++) {
    await new Promise((next) => setTimeout(next, PAUSE));
    if (own !== round) return;
    try {
      desk.check(done);
    } catch (reason) {
      postMessage({ kind: "broken", reason: String(reason) });
      return;
    }
    if (done % 16 === 15) postMessage({ kind: "checked", share: Math.floor((100 * done) / of) });
  }
  postMessage({ kind: "checked", share: 100 });
}
