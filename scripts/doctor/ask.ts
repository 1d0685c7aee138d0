// Asks for a key at the terminal, without showing what is typed.
import { Interrupted } from "../command/command.ts";

const ENTER = new Set(["\r", "\n", "\x04"]);
const BACKSPACE = new Set(["\x7f", "\b"]);

/** Reads a line in raw mode; undefined where it is empty, and where nobody can answer. */
export async function askSecret(name: string): Promise<string | undefined> {
  if (!Deno.stdin.isTerminal()) return undefined;
  const write = (text: string) => Deno.stderr.write(new TextEncoder().encode(text));
  await write(`${name} (not shown; Enter skips what needs it): `);
  Deno.stdin.setRaw(true);
  try {
    let text = "";
    const buffer = new Uint8Array(1024);
    const decoder = new TextDecoder();
    for (;;) {
      const read = await Deno.stdin.read(buffer);
      for (const character of decoder.decode(buffer.subarray(0, read ?? 0), { stream: true })) {
        if (character === "\x03") throw new Interrupted("Stopped.");
        if (ENTER.has(character)) return text.trim() || undefined;
        text = BACKSPACE.has(character) ? text.slice(0, -1) : text + character;
      }
      if (read === null) return text.trim() || undefined;
    }
  } finally {
    Deno.stdin.setRaw(false);
    await write("\n");
  }
}
