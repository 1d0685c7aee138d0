// The page: opens the device, and shows what it holds. All tabs run this code; the browser chooses the one that leads.
/// <reference lib="dom" />
import { listenForHints } from "../../device/mod.ts";
import { openWebDevice, type WebDevice, type WebStatus } from "../../web/mod.ts";
import { showStatus } from "./banner.ts";
import { getToken, publishableKey, signIn, supabase, url } from "./session.ts";
import { study } from "./study.ts";

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no #${id}`);
  return found;
}
const banner = element("sync", HTMLElement);
const skills = element("skills", HTMLSelectElement);
const question = element("question", HTMLElement);
const progress = element("progress", HTMLElement);

/** Fills the list of skills when the first content, or newer content, has arrived. */
async function showSkills(device: WebDevice): Promise<void> {
  const groups = [];
  for (const domain of await device.domains()) {
    const group = document.createElement("optgroup");
    group.label = domain.title;
    group.append(...(await device.skills(domain.id)).map(({ id, title }) => new Option(title, id)));
    groups.push(group);
  }
  const chosen = skills.value;
  skills.replaceChildren(...groups);
  if ([...skills.options].some(({ value }) => value === chosen)) skills.value = chosen;
  else if (skills.value) await study(device, skills.value, question);
}

async function showProgress(device: WebDevice): Promise<void> {
  const [all, { current }] = await Promise.all([device.progress(), device.streak()]);
  const answers = [...all.values()].reduce((sum, { attempts }) => sum + attempts, 0);
  progress.textContent = `${answers} ${answers === 1 ? "answer" : "answers"}, ${current} ${
    current === 1 ? "day" : "days"
  } in a row`;
}

async function start(): Promise<void> {
  // Keeps the app's files, so that it opens without a network.
  navigator.serviceWorker?.register("./service_worker.js").catch(() => {});
  const learnerId = await signIn();
  const device = openWebDevice({
    learnerId,
    url,
    publishableKey,
    getToken,
    platform: "web",
    worker: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
    listen: (o) => listenForHints(supabase, { learnerId, ...o }),
  });
  let version = 0;
  device.subscribe((status: WebStatus) => {
    showStatus(banner, status);
    void showProgress(device);
    if (status.version !== version) void showSkills(device);
    version = status.version;
  });
  skills.onchange = () => void study(device, skills.value, question);
}

start().catch((error) => {
  banner.textContent = `The first visit needs a network: ${error instanceof Error ? error.message : error}`;
  banner.className = "act";
});
