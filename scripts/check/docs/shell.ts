// A shell that keeps its variables from block to block, as a reader's terminal does.
import { withoutProgress } from "../../command/progress.ts";

const SECONDS = 600;

/** What a block printed, both streams together and without progress lines, and how it ended. */
export interface Printed {
  code: number;
  text: string;
}

/** Starts bash in a folder; disposing of it ends the shell. */
export function startShell(
  folder: string,
  env: Record<string, string>,
): AsyncDisposable & { run(script: string): Promise<Printed> } {
  const child = new Deno.Command("bash", {
    cwd: folder,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const utf8 = new TextEncoder();
  const mark = crypto.randomUUID();
  const ends = new RegExp(`\\n${mark} (\\d+)\\n`);

  async function readToMark(): Promise<Printed> {
    let text = "";
    for (;;) {
      const { value, done } = await output.read();
      if (done) throw new Error(`the shell ended:\n${text}`);
      text += value;
      const end = ends.exec(text);
      if (end) return { code: Number(end[1]), text: withoutProgress(text.slice(0, end.index)) };
    }
  }

  return {
    /** Runs a script whose commands find nothing on standard input; a script that hangs ends the shell. */
    async run(script) {
      const file = await Deno.makeTempFile({ dir: folder, prefix: ".block-" });
      await Deno.writeTextFile(file, script);
      const timer = setTimeout(() => child.kill("SIGKILL"), SECONDS * 1000);
      try {
        await input.write(utf8.encode(`. ${file} </dev/null 2>&1; printf '\\n%s %s\\n' ${mark} $?\n`));
        return await readToMark();
      } finally {
        clearTimeout(timer);
        await Deno.remove(file);
      }
    },
    async [Symbol.asyncDispose]() {
      await input.close().catch(() => {});
      child.kill("SIGKILL");
      await output.cancel();
      await child.status;
    },
  };
}
