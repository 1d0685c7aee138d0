// Prometheus and its checker promtool, where they are installed (Debian: `apt-get install prometheus`).

async function isInstalled(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether the programs are there. If not, says in a line what is skipped. */
export async function hasPrometheus(skipped: string): Promise<boolean> {
  const found = await isInstalled("promtool") && await isInstalled("prometheus");
  if (!found) console.log(`Skipped, because Prometheus is not installed: ${skipped}.`);
  return found;
}

/** Runs promtool with a text as its input; returns what it printed, and whether it succeeded. */
export async function promtool(args: string[], input = ""): Promise<{ success: boolean; text: string }> {
  const child = new Deno.Command("promtool", { args, stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  // A checker that refuses its arguments reads no input.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { success, text };
}
