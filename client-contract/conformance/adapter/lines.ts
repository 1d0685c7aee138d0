// Lines of a stream, split at `\n` alone. Node's readline also splits at U+2028 and U+2029, which may stand inside a line of JSON.

/** Yields each whole line. What follows the last line break is no line. */
export async function* linesOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const part of stream) {
    const [first = "", ...more] = (typeof part === "string" ? part : decoder.decode(part, { stream: true }))
      .split("\n");
    rest += first;
    for (const next of more) {
      yield rest;
      rest = next;
    }
  }
}
