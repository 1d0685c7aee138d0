// The mutation test: clients that are broken on purpose. Each has to fail at the requirement whose rule it breaks, and nowhere else than
// its entry says. So a case that can't fail shows, and so does a requirement that no case holds.
import assert from "node:assert/strict";
import type { Host } from "../adapter/host.ts";
import { deviceOnDisk } from "../adapters/device_host.ts";
import { type Case, casesOf } from "../requirement.ts";
import { THEMES } from "../requirements/mod.ts";
import { playCase } from "../run.ts";
import { brokenHost } from "./broken.ts";
import { CONTENT_MUTANTS } from "./content.ts";
import { DEVICE_MUTANTS } from "./device.ts";
import type { Mutant } from "./mutant.ts";
import { OUTBOX_MUTANTS } from "./outbox.ts";
import { brokenHost, isCaught } from "./outside.ts";
import { PULL_MUTANTS } from "./pull.ts";
import { WIRE_MUTANTS } from "./wire.ts";

/** The kit promises so many. */
const LEAST_MUTANTS = 40;
const ALL = casesOf(THEMES);
/** Optional parts are tested by mutants of the device, which has them all; the rest by those of the minimal client, which is fast. */
const BASE = ALL.filter(({ requirement }) => !requirement.needs);
const OPTIONAL = ALL.filter(({ requirement }) => requirement.needs);
const CLIENT_MUTANTS = [...OUTBOX_MUTANTS, ...PULL_MUTANTS, ...CONTENT_MUTANTS];

/** The requirements that a broken client fails: all cases of those that its entry names, and the first case of all others. */
async function failedBy(
  { fails }: Pick<Mutant<never>, "fails">,
  cases: readonly Case[],
  host: Host,
): Promise<string[]> {
  const failed = new Set<string>();
  const seen = new Set<string>();
  for (const one of cases) {
    const { id } = one.requirement;
    const isFirst = !seen.has(id);
    seen.add(id);
    if (failed.has(id) || !(isFirst || fails.includes(id))) continue;
    if (await playCase(one, host) !== null) failed.add(id);
  }
  return [...failed].sort();
}

for (const mutant of CLIENT_MUTANTS) {
  Deno.test(`K2: a client that ${mutant.name} fails at ${mutant.fails[0]}`, async () => {
    assert.deepEqual(await failedBy(mutant, BASE, brokenHost(mutant.patch)), [...mutant.fails].sort());
  });
}

for (const mutant of DEVICE_MUTANTS) {
  Deno.test(`K2: a device that ${mutant.name} fails at ${mutant.fails[0]}`, async () => {
    const near = OPTIONAL.filter(({ requirement }) =>
      mutant.fails.some((id) => id.slice(0, 3) === requirement.id.slice(0, 3))
    );
    const host = brokenHost(deviceOnDisk, mutant.patch);
    assert.deepEqual(await failedBy(mutant, near, host), [...mutant.fails].sort());
  });
}

for (const mutant of WIRE_MUTANTS) {
  Deno.test(`K2: a device that, from outside, ${mutant.name} fails at ${mutant.fails[0]}`, async () => {
    assert.ok(await isCaught(mutant, deviceOnDisk), `a case of ${mutant.fails[0]} fails`);
  });
}

Deno.test("K2: every requirement has a mutant that breaks its rule", () => {
  const broken = new Set([...CLIENT_MUTANTS, ...DEVICE_MUTANTS].map(({ fails }) => fails[0]));
  const unbroken = ALL.map(({ requirement }) => requirement.id).filter((id) => !broken.has(id));
  assert.deepEqual([...new Set(unbroken)], []);
  assert.ok(CLIENT_MUTANTS.length + DEVICE_MUTANTS.length >= LEAST_MUTANTS);
});
