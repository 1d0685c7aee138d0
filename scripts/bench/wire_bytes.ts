// Bytes of a snapshot and of a delta as a device fetches them, requests and headers included, against gzip over the least JSON
// that says the same.
import { createClient } from "../../client-contract/client/client.ts";
import type { BenchStack, PublishedHead } from "./bench_stack.ts";
import { gzip } from "./gzip.ts";
import { type Result, runPair } from "./measure.ts";
import { startWire } from "../testkit/wire.ts";

/** What a line says beside the row: its kind and version, and of a question the domain, which its skill has. */
const ADDED: Record<string, readonly string[]> = {
  domain: ["kind", "version"],
  skill: ["kind", "version"],
  question: ["kind", "version", "domain_id"],
  tombstone: ["kind", "version", "of"],
};

/** The rows alone, kind by kind. */
function minimalJson(lines: readonly string[]): string {
  const rows: Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
  const kinds = Map.groupBy(rows, ({ kind, of }) => kind === "tombstone" ? `gone ${of}` : `${kind}`);
  const minimal = [...kinds].map(([name, rows]) => [
    name,
    rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([field]) => !ADDED[`${row.kind}`]?.includes(field)))
    ),
  ]);
  return JSON.stringify(Object.fromEntries(minimal));
}

/** Runs the measurement; bytes are the same in every run. `snapshotBytes`: of the snapshot's pages alone. */
export async function benchWireBytes(
  { stack, token }: BenchStack,
  { history, version }: PublishedHead,
  progress: (line: string) => void,
): Promise<{ snapshotBytes: number; bytes: Result[] }> {
  await using wire = await startWire(stack.apiUrl);
  const learner = await token(crypto.randomUUID());
  const client = createClient({ url: wire.url, getToken: () => learner });
  const fetchPages = async (since: number) => {
    const before = wire.bytes();
    const lines: string[] = [];
    for await (const { changes } of client.delta({ history, since, until: version })) {
      lines.push(...changes.map(({ line }) => line));
    }
    return { lines, bytes: wire.bytes() - before };
  };
  const bytes: Result[] = [];
  for (const [name, since] of [["snapshot", 0], ["delta", version - 1]] as const) {
    const { lines } = await fetchPages(since);
    bytes.push(
      await runPair({
        name: `${name} of ${lines.length} rows: bytes on the wire, against gzip over the rows' minimal JSON`,
        unit: "bytes",
        runs: 1,
        more: false,
        budget: 1.1,
        measure: async () => (await fetchPages(since)).bytes,
        baseline: async () => (await gzip(minimalJson(lines))).byteLength,
      }, progress),
    );
  }
  return { snapshotBytes: bytes[0]?.value ?? NaN, bytes };
}
