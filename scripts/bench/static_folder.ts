// Files for the static server, and the server: what a download is compared with.
import { fileURLToPath } from "node:url";
import { gzip } from "./gzip.ts";

const PROGRAM = fileURLToPath(new URL("./static_server.ts", import.meta.url));

/** Texts that are served gzipped, as files; disposing of it stops the server and removes them. */
export interface StaticFolder extends AsyncDisposable {
  /** Keeps a text; gives its URL. */
  add(text: string): Promise<string>;
}

/** Starts a server over a new folder. */
export async function startStaticFolder(): Promise<StaticFolder> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "carrel-bench-" });
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", PROGRAM, folder],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  cleanup.defer(async () => {
    child.kill("SIGKILL");
    await Promise.all([child.status, reader.cancel()]);
  });
  const { value = "" } = await reader.read();
  const url = `http://127.0.0.1:${value.trim()}`;
  let files = 0;
  const kept = cleanup.move();
  return {
    async add(text) {
      const name = `file.${files++}`;
      await Deno.writeFile(`${folder}/${name}`, await gzip(text));
      return `${url}/${name}`;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
