// Clients in processes of their own: the adapter protocol over stdin and stdout, HTTP over loopback, and a real SIGKILL.
import assert from "node:assert/strict";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { byCommand } from "./adapter/host.ts";
import { casesOf } from "./requirement.ts";
import { THEMES } from "./requirements/mod.ts";
import { capabilitiesOf, playCase } from "./run.ts";

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const program = fileURLToPath(new URL("adapters/device_main.ts", import.meta.url));
const DEVICE = `${quoted(process.execPath)} run -A --no-check ${quoted(program)}`;

/** One of each kind of fault that a socket has, and a kill in the middle of a download. */
const IDS = ["OUT-1.reply_lost", "RTY-6.reply_broken", "OUT-10.slow_body", "CON-1.line_separators"];

for (const one of casesOf(THEMES).filter(({ id }) => IDS.includes(id))) {
  Deno.test(`K2: the reference device passes ${one.id} as a process of its own`, async () => {
    assert.equal(await playCase(one, byCommand(DEVICE)), null);
  });
}

const KILLS = ["CON-3.killed"];

for (const one of casesOf(THEMES).filter(({ id }) => KILLS.includes(id))) {
  Deno.test(`K2: SIGKILL also ends a client that a launcher has started: ${one.id}`, async () => {
    assert.equal(await playCase(one, byCommand(`(${DEVICE})`)), null);
  });
}

Deno.test("K2: an adapter that does not speak the protocol is named as the cause", async () => {
  await assert.rejects(capabilitiesOf(byCommand("echo hello")), /init: not an answer: hello/);
  await assert.rejects(capabilitiesOf(byCommand("true")), /ended with code 0/);
});
