// What a hostile learner can make the function content do: the queries behind requests that name what does not exist, or the same thing
// in many ways.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ContentCut, Database } from "../../functions/_shared/database.ts";
import { Problem } from "../../functions/_shared/problem.ts";
import { contentHandler } from "../../functions/content/handler.ts";
import { until } from "../../../scripts/local/until.ts";
import { testClock } from "./clock.ts";

const H = "0a93ab2dc16574ce";
const KEY = "ab".repeat(32);
const domains = Array.from({ length: 3 }, (_, n) => `d0000000-0000-4000-8000-00000000000${n}`);
const SKILL = "50000000-0000-4000-8000-000000000001";

const signed = (place: string) =>
  `${place}.${createHash("sha256").update(Buffer.from(KEY, "hex")).update(place).digest("hex").slice(0, 16)}`;

/** The handler in front of a database that counts its queries. */
function bench() {
  const clock = testClock();
  const queries = { head: 0, existing: 0, page: 0, node: 0, manifest: 0 };
  const cuts: ContentCut[] = [];
  const none = () => Promise.reject(new Error("no such query here"));
  const database: Database = {
    contentHead() {
      queries.head++;
      return Promise.resolve(JSON.stringify({ history: H, version: 9, bundled: null, horizon: 3 }));
    },
    contentExisting() {
      queries.existing++;
      const known = { schemas: [1, 2], unknown_schema: "1, 2.", domains, skills: [SKILL], cursor_key: KEY };
      return Promise.resolve(JSON.stringify({ history: H, version: 9, ...known }));
    },
    contentPage(cut) {
      queries.page++;
      cuts.push(cut);
      return Promise.resolve("a page");
    },
    contentNode() {
      queries.node++;
      return Promise.resolve("a node");
    },
    contentManifest() {
      queries.manifest++;
      return Promise.resolve("{}");
    },
    contentDomains: none,
    reportContent: none,
    recordContacts: none,
    sync: none,
    changes: none,
    adopt: none,
    hintLearners: none,
  };
  const handler = contentHandler(database, clock);
  let learners = 0;
  /** Asks as a learner of its own unless one is named; gives "200" or the code of the refusal. */
  const ask = async (path: string, learner = `learner ${learners++}`): Promise<string> => {
    const url = new URL(`http://carrel.test/content${path}`);
    const call = { request: new Request(url), url, path: url.pathname.replace("/content", "") };
    try {
      const { status } = await handler({ ...call, learner, session: null });
      return String(status);
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  };
  return { clock, queries, cuts, ask };
}

const cut = (more: string) => `/delta?history=${H}&until=9&${more}`;

Deno.test("U8: lists of the same domains are one page, whatever their order, case and repetitions", async () => {
  const { queries, cuts, ask } = bench();
  const [a = "", b = "", c = ""] = domains;
  const lists = [[a, b, c], [c, b, a], [b, a, c, b, b], [a.toUpperCase(), b, c, a], [
    a,
    c,
    b,
    crypto.randomUUID(),
  ]];
  for (const list of lists) assert.equal(await ask(cut(`domains=${list.join(",")}`)), "200");
  assert.deepEqual([queries.page, cuts[0]?.domains], [1, domains]);
  for (let n = 0; n < 50; n++) {
    const madeUp = Array.from({ length: 4 }, () => crypto.randomUUID());
    assert.equal(await ask(cut(`domains=${madeUp}`)), "200");
  }
  assert.deepEqual(
    [queries.page, cuts[1]?.domains],
    [2, []],
    "unknown domains are one page, which is not that of all domains",
  );
  assert.equal(queries.existing, 1);
});

Deno.test("U8: a list of more than 200 domains and a limit above 2,000 are refused without a query", async () => {
  const { queries, ask } = bench();
  const many = (count: number, repeat = 1) =>
    Array.from(
      { length: count * repeat },
      (_, n) => `d0000000-0000-4000-8000-${String(n % count).padStart(12, "0")}`,
    );
  for (const limit of ["0", "2001", "99999", "2147483647"]) {
    assert.equal(await ask(cut(`limit=${limit}`)), "malformed_request");
    assert.equal(await ask(`/node?id=${SKILL}&limit=${limit}`), "malformed_request");
  }
  for (const list of [many(201), many(20_000), many(2, 20_000)]) {
    assert.equal(await ask(cut(`domains=${list}`)), "malformed_request");
  }
  assert.deepEqual(queries, { head: 0, existing: 0, page: 0, node: 0, manifest: 0 });
  for (const list of [many(200), many(200, 2)]) assert.equal(await ask(cut(`domains=${list}`)), "200");
});

Deno.test("U8: nodes and cursors that are made up, and versions below the horizon, cost no query each", async () => {
  const { queries, ask } = bench();
  const id = () => crypto.randomUUID();
  for (let n = 0; n < 100; n++) {
    assert.equal(await ask(`/node?id=${id()}`), "not_found");
    assert.equal(await ask(`/node?id=${SKILL}&after=${id()}`), "cursor_invalid");
    assert.equal(await ask(cut(`after=1.question.${id()}`)), "cursor_invalid");
    assert.equal(await ask(cut(`after=1.question.${id()}.0123456789abcdef`)), "cursor_invalid");
    assert.equal(await ask(`/delta?history=${H}&since=${1 + n % 2}&until=9`), "cursor_too_old");
    assert.equal(await ask(`/manifest?history=${H}&version=${1 + n % 2}`), "cursor_too_old");
  }
  assert.deepEqual(queries, { head: 1, existing: 1, page: 0, node: 0, manifest: 0 });
  // A skill is no domain: it changes no answer, and is no other entry of the cache.
  for (const list of [id(), SKILL, `${id()},${SKILL}`]) {
    assert.equal(await ask(cut(`domains=${list}`)), "200");
  }
  assert.equal(queries.page, 1);
  queries.page = 0;
  assert.equal(await ask(cut(`after=${signed(`9.question.${domains[0]}`)}`)), "200");
  assert.equal(await ask(`/node?id=${SKILL}&after=${signed("own")}`), "200");
  assert.equal(await ask(`/node?id=${SKILL.toUpperCase()}`), "200");
  assert.deepEqual([queries.page, queries.node], [1, 2]);
});

Deno.test("U8: versions and schemas that are made up do not cost a query each", async () => {
  const { clock, queries, ask } = bench();
  assert.equal(await ask("/head"), "200");
  for (let round = 0; round < 5; round++) {
    const answers = Array.from({ length: 100 }, (_, n) =>
      Promise.all([
        ask(`/head?history=${H}&expected=${10 + n}`),
        ask(`/delta?history=${H}&since=${10 + n}`),
        ask(`/manifest?history=${H}&version=${10 + n}`),
        ask(`/head?schema=${3 + n + 100 * round}`),
      ]));
    let isAnswered = false;
    const all = Promise.all(answers).finally(() => isAnswered = true);
    await until("all answers", async () => {
      await clock.pass(100);
      return isAnswered;
    }, 0);
    for (const answer of await all) {
      assert.deepEqual(answer, ["200", "cursor_ahead", "cursor_ahead", "malformed_request"]);
    }
  }
  const [tenths, seconds] = [clock.now() / 100, clock.now() / 1000];
  assert.ok(queries.head <= 1 + tenths && queries.existing <= 2 + seconds, JSON.stringify(queries));
});

Deno.test("U8: a learner who asks without a pause is told to wait, and others are not", async () => {
  const { clock, ask } = bench();
  const codes = new Map<string, number>();
  for (let n = 0; n < 600; n++) {
    const answer = ask(cut(`limit=${n + 1}`), "hostile");
    await clock.pass(2000);
    codes.set(await answer, (codes.get(await answer) ?? 0) + 1);
  }
  assert.deepEqual([...codes], [["200", 600]], "at a moderate pace, every page is made");
  codes.clear();
  for (let n = 600; n < 900; n++) {
    const answer = ask(cut(`limit=${n + 1}`), "hostile");
    await clock.pass(0);
    const wait = clock.waits().at(-1);
    if (wait !== undefined) assert.ok(wait >= 500, "a refusal is delayed");
    await clock.pass(wait ?? 0);
    codes.set(await answer, (codes.get(await answer) ?? 0) + 1);
  }
  const made = codes.get("200") ?? 0;
  assert.deepEqual([...codes.keys()].sort(), ["200", "rate_limited"]);
  assert.ok(made >= 90, `${made} pages at once`);
  assert.equal(await ask(cut("limit=1"), "another"), "200");
  // The longest curriculum of a device: 38 pages that nobody has asked for.
  for (let n = 0; n < 38; n++) assert.equal(await ask(cut(`limit=${n + 1000}`), "new device"), "200");
});
