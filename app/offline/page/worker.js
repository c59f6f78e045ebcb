// The desk of the offline page: holds the files that were opened, answers what pages ask, and checks every byte meanwhile.
// It gets its module from the page, opens no connection, and reads of a file what is asked for.
"use strict";

/** Milliseconds between two blocks that are checked: questions go first. */
const PAUSE = 4;

let begun;
const started = new Promise((done, failed) => (begun = { done, failed }));
let held = [];
let desk;
let round = 0;

onmessage = async ({ data }) => {
  try {
    if (data.kind !== "start") await started;
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

  /** Opens files beside those that are open. A file that cannot be read is named, and the others open. */
  async open({ files }) {
    const known = held.map(({ name, size }) => `${name}/${size}`);
    const fresh = files.filter(({ name, size }) => !known.includes(`${name}/${size}`));
    const { good, refused } = read([...held, ...fresh]);
    let site = good.length ? together() : undefined;
    if (site?.fault) {
      refused.push({ name: fresh.map(({ name }) => name).join(", "), reason: site.fault });
      site = held.length ? (read(held), together()) : undefined;
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

function read(files) {
  desk?.free();
  desk = new bonghwaDesk.Console();
  const [good, refused] = [[], []];
  for (const file of files) {
    let said = 0;
    const told = (done, of) => {
      const share = Math.floor((100 * done) / Math.max(of, 1));
      if (share > said) postMessage({ kind: "progress", name: file.name, share: (said = share) });
    };
    try {
      desk.add(file.name, file, told);
      good.push(file);
    } catch (reason) {
      refused.push({ name: file.name, reason: String(reason) });
    }
  }
  return { good, refused };
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
