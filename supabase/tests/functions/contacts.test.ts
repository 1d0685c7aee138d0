// A device that only asks is recorded, but not each time.
import assert from "node:assert/strict";
import { contactLog } from "../../functions/_shared/contacts.ts";
import type { Contact } from "../../functions/_shared/database.ts";
import { testClock } from "./clock.ts";

const MINUTE = 60_000;
const contact = (device: string, version: number | null = null): Contact => ({
  learner: "l",
  session: null,
  device,
  version,
});

function bench() {
  const clock = testClock();
  const sent: (readonly Contact[])[] = [];
  const note = contactLog({
    recordContacts(contacts) {
      sent.push(contacts);
      return Promise.resolve("1");
    },
  }, clock);
  return { clock, sent, note };
}

Deno.test("O2: simultaneous contacts are recorded in one call, each device once", async () => {
  const { clock, sent, note } = bench();
  for (const device of ["a", "b", "a"]) note(contact(device));
  assert.deepEqual(sent, [], "after the answer");
  await clock.pass(1000);
  assert.deepEqual(sent, [[contact("a"), contact("b")]]);
});

Deno.test("O2: a polling device is recorded just often enough to be hinted", async () => {
  const { clock, sent, note } = bench();
  for (let i = 0; i < 240; i++) {
    note(contact("a"));
    await clock.pass(MINUTE);
  }
  assert.equal(sent.length, 8, "twice an hour");
  note(contact("a", 7));
  await clock.pass(1000);
  assert.deepEqual(sent.at(-1), [contact("a", 7)], "what it holds is news");
});
