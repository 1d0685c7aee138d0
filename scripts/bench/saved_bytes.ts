// Bytes on the wire that a device saves: one with some domains fetches the hashes of the domains instead of the manifest, and one that has missed
// a release and its roll-back fetches no text that it holds.
import { createClient } from "../../client-contract/client/client.ts";
import { startWire } from "../testkit/wire.ts";
import { type BenchStack, changeQuestions, publish, type PublishedHead } from "./bench_stack.ts";
import { type Result, runPair } from "./measure.ts";

/** Questions that a release edits and its roll-back restores. */
const ROLLED_BACK = 1000;

/** Runs the measurement after the release of that head; bytes are the same in every run. */
export async function benchSavedBytes(
  { stack, sql, token }: BenchStack,
  { history, version }: PublishedHead,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using wire = await startWire(stack.apiUrl);
  const learner = await token(crypto.randomUUID());
  const client = createClient({ url: wire.url, getToken: () => learner });
  const bytesOf = async (work: () => Promise<unknown>) => {
    const before = wire.bytes();
    await work();
    return wire.bytes() - before;
  };
  const compared = (
    name: string,
    budget: number,
    measure: () => Promise<unknown>,
    baseline: () => Promise<unknown>,
  ) =>
    runPair({
      name,
      unit: "bytes",
      runs: 1,
      more: false,
      budget,
      measure: () => bytesOf(measure),
      baseline: () => bytesOf(baseline),
    }, progress);

  const hashes = await compared(
    "hashes of the domains, with each release to a device with some domains, against the manifest",
    0.1,
    () => client.domainNodes({ history, version }),
    () => client.manifest({ history, version }),
  );
  await changeQuestions(sql, ROLLED_BACK);
  await publish(sql);
  await sql`select public.rollback_release(${version}, 'bench', true)`;
  const until = version + 2;
  const rowsOf = async (same: boolean) => {
    const pages = await Array.fromAsync(client.delta({ history, since: version, until, same }));
    const rows = pages.flatMap(({ changes }) => changes);
    if (rows.length !== ROLLED_BACK) throw new Error(`the delta has ${rows.length} rows`);
  };
  const delta = await compared(
    `delta over a release of ${ROLLED_BACK} edits and its roll-back, without the texts that the device holds, against all texts`,
    0.15,
    () => rowsOf(true),
    () => rowsOf(false),
  );
  return [hashes, delta];
}
