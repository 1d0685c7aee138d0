// Clients in a page of Chromium, for the conformance kit: each is a worker with a database of its own on OPFS.
import type { Page } from "playwright-core";
import { type ClientRun, type Host, Killed } from "../../../client-contract/conformance/adapter/host.ts";
import type { ScriptedServer } from "../../../client-contract/conformance/server/server.ts";
import { carrel } from "../../../client-contract/web/vite.ts";
import { openBrowser } from "../browser.ts";
import { buildSite, serveSite } from "./site.ts";

/** The page, and clients in it. */
export interface BridgePage extends AsyncDisposable {
  host: Host;
  /** What a subject of the vectors gives in the browser for each input. */
  run(subject: string, inputs: unknown[]): Promise<unknown>;
}

const call = <T>(page: Page, method: string, ...args: unknown[]) =>
  page.evaluate<T>(`bridge.${method}(...${JSON.stringify(args)})`);

function runIn(page: Page, folder: string): ClientRun {
  const started = call<number>(page, "start", folder);
  let end: (error: Error) => void = () => {};
  const ended = new Promise<never>((_, reject) => end = reject);
  ended.catch(() => {});
  return {
    send: (command) =>
      Promise.race([
        started.then((client) => call<string>(page, "send", client, JSON.stringify(command))),
        ended,
      ]),
    async kill() {
      end(new Killed("killed"));
      await call(page, "kill", await started);
    },
  };
}

/** Opens the page, built as an app's worker is: with the plugin. */
export async function openBridge(): Promise<BridgePage> {
  const folder = new URL("bridge", import.meta.url).pathname;
  const alias = [{ find: /^node:(crypto|sqlite)$/, replacement: `${folder}/no_node.ts` }];
  const site = await buildSite(folder, { plugins: [carrel()], resolve: { alias } });
  const cleanup = new AsyncDisposableStack();
  let server: Pick<ScriptedServer, "handle"> | undefined;
  const { url } = cleanup.use(
    await serveSite(
      site,
      (request) => server?.handle(request) ?? Promise.reject(new Error("there is no case")),
    ),
  );
  const page = await cleanup.use(await openBrowser()).newPage();
  await page.goto(`${url}/index.html`);
  await page.waitForFunction("'bridge' in globalThis");
  let cases = 0;
  const subjects = await call<number>(page, "start", "carrel/subjects");
  return {
    run: async (subject, inputs) => JSON.parse(await call<string>(page, "run", subjects, subject, inputs)),
    host(ofCase) {
      server = ofCase;
      const storage = `carrel/case-${cases++}`;
      const runs: ClientRun[] = [];
      return Promise.resolve({
        url,
        storage,
        start() {
          const run = runIn(page, storage);
          runs.push(run);
          return run;
        },
        async [Symbol.asyncDispose]() {
          for (const run of runs) await run.kill();
        },
      });
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}
