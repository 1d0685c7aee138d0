// The adapter's side of the protocol: reads commands from stdin, and writes answers to stdout.
import process from "node:process";
import { linesOf } from "./lines.ts";
import { type Adapter, answerLine } from "./protocol.ts";

/** Serves an adapter until stdin ends. */
export async function serveAdapter(adapter: Adapter): Promise<void> {
  for await (const line of linesOf(process.stdin)) {
    process.stdout.write(`${await answerLine(adapter, line)}\n`);
  }
}
