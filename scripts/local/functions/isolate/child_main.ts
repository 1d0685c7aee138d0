// Entry of an isolate that is a process. Orders come in as JSON lines on standard input, whose end means that the
// stack is gone; reports go out as marked lines on standard output, among what the function prints.
import { TextLineStream } from "@std/streams/text-line-stream";
import { MARK } from "./mark.ts";
import { obey } from "./program.ts";

// Ctrl-C reaches every process of the terminal; the stack ends its isolates itself.
for (const signal of ["SIGINT", "SIGHUP"] as const) Deno.addSignalListener(signal, () => {});

const write = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(line));
const carryOut = obey((report) => write(`${MARK}${JSON.stringify(report)}\n`));
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
) {
  carryOut(JSON.parse(line));
}
Deno.exit();
