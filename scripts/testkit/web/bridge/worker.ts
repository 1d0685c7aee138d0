// The conformance kit's adapter of the device, on SQLite in a browser.
import load from "@sqlite.org/sqlite-wasm";
import { answerLine } from "../../../../client-contract/conformance/adapter/protocol.ts";
import { deviceAdapter } from "../../../../client-contract/conformance/adapters/device.ts";
import { SUBJECTS } from "../../../../client-contract/conformance/subjects.ts";
import { fetchAnew } from "../../../../client-contract/web/host.ts";
import { logCalls } from "../../../../client-contract/web/call_log.ts";
import { openOpfsSqlite } from "../../../../client-contract/web/sqlite_wasm.ts";

type Message = { folder: string } | { line: string } | { subject: string; inputs: unknown[] };

async function serve(folder: string) {
  const { storage } = await openOpfsSqlite(load, folder);
  return deviceAdapter({
    fetch: fetchAnew,
    openStorage: () => logCalls(storage).storage,
  });
}

let serving: ReturnType<typeof serve>;
const post = (text: string) => (postMessage as (text: string) => void)(text);

/** A subject's outputs for inputs; what it throws is an output too. */
function outputsOf(subject: string, inputs: unknown[]): unknown[] {
  return inputs.map((input) => {
    try {
      return SUBJECTS[subject]?.run(input);
    } catch (error) {
      return { thrown: String(error) };
    }
  });
}

addEventListener("message", async ({ data }: MessageEvent<Message>) => {
  if ("folder" in data) serving = serve(data.folder);
  else if ("line" in data) post(await answerLine(async (command) => (await serving)(command), data.line));
  else post(JSON.stringify(outputsOf(data.subject, data.inputs)));
});
