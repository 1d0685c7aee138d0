// `npm run console:build`: writes the console of a project into a folder, for any static host.
import { resolve } from "node:path";
import { type Command, type Line, main, type Options, UsageError } from "../command/command.ts";
import { buildConsole } from "./build.ts";
import { contentPolicy, readSite, siteHeaders, writeSite } from "./site.ts";

export const COMMAND = {
  name: "npm run console:build",
  about: "Writes the console of a project into a folder, for any static host.",
  options: {
    url: { type: "string", value: "URL", text: "the project's URL, such as https://abc.supabase.co" },
    key: { type: "string", value: "KEY", text: "the project's publishable key" },
    out: {
      type: "string",
      value: "FOLDER",
      default: "console-site",
      text: "the folder; default: console-site",
    },
    json: { type: "boolean", text: "print the folder, the files and the headers as JSON" },
  },
} as const satisfies Command<Options>;

function projectUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== "/") {
    throw new UsageError(`--url takes an address such as https://abc.supabase.co, not \`${text}\`.`);
  }
  return url.origin;
}

/** A secret key in a page would be everybody's. */
function publishableKey(text: string): string {
  if (/^sb_publishable_[\w-]+$/.test(text)) return text;
  throw new UsageError("--key takes the publishable key, which begins with sb_publishable_.");
}

export async function run({ values: { url, key, out, json = false } }: Line<typeof COMMAND.options>) {
  if (url === undefined || key === undefined) throw new UsageError("--url and --key are required.");
  const project = { url: projectUrl(url), key: publishableKey(key) };
  const folder = resolve(Deno.env.get("INIT_CWD") ?? ".", out);
  const files = await readSite(await buildConsole(), project);
  await writeSite(files, folder);
  if (json) {
    console.log(JSON.stringify({ folder, files: [...files.keys()], headers: siteHeaders(project) }));
    return 0;
  }
  console.log([
    `Wrote ${files.size} files to ${out}, for ${project.url}.`,
    `The page has this content policy: ${contentPolicy(project)}`,
    "Let the host send it as a header, too, with frame-ancestors 'none': docs/console.md.",
  ].join("\n"));
  return 0;
}

if (import.meta.main) await main(COMMAND, run);
