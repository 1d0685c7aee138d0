// Which project the console talks to: config.json beside the page.
import { z } from "zod";

/** The page sends passwords there: nothing but a server can be named. */
const ServerUrl = z.url({ protocol: /^https?$/ });
const Config = z.object({ url: ServerUrl, key: z.string().min(1) });
/** The project's URL and its publishable key. */
export type Config = z.infer<typeof Config>;

/** Reads config.json. Throws an error with a text for whoever hosts the page. */
export async function readConfig(): Promise<Config> {
  const response = await fetch("./config.json", { cache: "no-cache" });
  if (!response.ok) {
    throw new Error(`There is no config.json beside this page: the host answered ${response.status}.`);
  }
  const config = Config.safeParse(await response.json().catch(() => null));
  if (!config.success) {
    throw new Error("config.json beside this page must have `url`, a URL with https or http, and `key`.");
  }
  return config.data;
}
