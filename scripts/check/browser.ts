// Chromium: the one on the PATH, otherwise the one that scripts/testkit/fetch_chromium.sh has fetched.
import { root } from "./project.ts";

const FETCHED = `${root}/.carrel/chromium/chromium`;

/** Why the tests in a browser are skipped where there is none. */
export const NO_BROWSER = "there is no Chromium; scripts/testkit/fetch_chromium.sh fetches one";

/** The path of Chromium, or null where there is none. */
export async function findBrowser(): Promise<string | null> {
  const onPath = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/chromium`);
  for (const path of [...onPath, FETCHED]) {
    if (await Deno.stat(path).then((file) => file.isFile, () => false)) return path;
  }
  return null;
}
