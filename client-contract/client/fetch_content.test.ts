// Content that is kept as a whole is the published one, whatever was held and whatever the server answers.
import assert from "node:assert/strict";
import { drafts, question, uuid } from "../conformance/server/curriculum.ts";
import { type Asked, ContentServer } from "../../scripts/testkit/device/content_server.ts";
import { testClock } from "../../scripts/testkit/device/clock.ts";
import { createClient } from "./client.ts";
import { ContractError } from "./client_error.ts";
import { fetchContent, type HeldContent } from "./fetch_content.ts";
import { createRetry, DEFAULT_RETRY } from "./retry.ts";
import { withRetries } from "./with_retries.ts";

const NOTHING: HeldContent = { history: null, version: 0, rows: {} };
const ORPHAN = question(8, 8, 8, "Whose am I?");
const orphanLine = JSON.stringify({ version: 1, ...ORPHAN });

/** A server with two releases, a client of it, and what that holds after the first. */
async function published() {
  const server = new ContentServer();
  const rows = drafts(2, 2, 3);
  await server.publish(rows);
  const clock = testClock();
  const one = createClient({
    url: "http://server.example",
    getToken: () => Promise.resolve("token"),
    fetch: (input, init) => server.handle(new Request(input, init)),
  });
  const client = withRetries(one, createRetry(clock, () => 0, () => DEFAULT_RETRY), clock);
  const held = await fetchContent(client, NOTHING, server.head());
  const edited = question(0, 0, 0, "Edited?");
  await server.publish(new Map([...rows, [`question/${edited.id}`, edited]]));
  server.asked.length = 0;
  return { server, client, held };
}

const holds = ({ rows }: HeldContent, server: ContentServer, version: number) =>
  assert.deepEqual(new Map(Object.entries(rows)), new Map(server.linesOf(version)));

/** Adds a row without its parent to deltas. */
const addOrphan = ({ path }: Asked, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  if (path !== "/delta") return bytes;
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
  const end = JSON.parse(lines.pop() ?? "");
  return new TextEncoder().encode(
    [...lines, orphanLine, JSON.stringify({ ...end, rows: end.rows + 1 }), ""].join("\n"),
  );
};

Deno.test("K3, C6: what was held and is damaged in any way is replaced by a snapshot", async () => {
  const { server, client, held } = await published();
  const [key = "", line = ""] = Object.entries(held.rows).findLast(([key]) => key.startsWith("question/")) ??
    [];
  for (
    const damage of [
      { [key]: line.slice(0, -9) },
      { [key]: line.replace('"version":1', '"version":2') },
      { [key]: JSON.stringify({ kind: "tombstone", version: 1, of: "question", id: uuid(1) }) },
      { [`question/${ORPHAN.id}`]: orphanLine },
    ]
  ) {
    const content = await fetchContent(client, { ...held, rows: { ...held.rows, ...damage } }, server.head());
    assert.equal(content.version, 2);
    holds(content, server, 2);
  }
});

Deno.test("K3, C6: a row that no hash covers is not taken", async () => {
  const { server, client, held } = await published();
  server.tamper = addOrphan;
  await assert.rejects(() => fetchContent(client, held, server.head()), ContractError);
});

Deno.test("K3: content is kept where the server was restored to before its first release", async () => {
  const { server, client, held } = await published();
  const head = server.head();
  server.history = "ffffffffffffffff";
  server.releases = [];
  assert.equal(await fetchContent(client, held, head), held);
});

Deno.test("K3: a delta that breaks off goes on after its last whole page, and counts failures in a row", async () => {
  const { server, client } = await published();
  server.pageRows = 2;
  let asked = 0;
  server.tamper = ({ path }, bytes) => {
    if (path === "/delta" && ++asked % DEFAULT_RETRY.attempts !== 0) return new Response(bytes.slice(0, -5));
    return bytes;
  };
  holds(await fetchContent(client, NOTHING, server.head()), server, 2);
  const places = server.asked.filter(({ path }) => path === "/delta").map(({ url }) =>
    url.searchParams.get("after")
  );
  assert.equal(
    new Set(places).size * DEFAULT_RETRY.attempts,
    places.length,
    "each page is asked for until it comes, and not again",
  );
});
