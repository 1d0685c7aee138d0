// Which cell a client asks: it follows its learner, and leads its token nowhere else.
import assert from "node:assert/strict";
import fc from "fast-check";
import { BAD_CELLS } from "../conformance/bad_cells.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { type CellStore, nextCell } from "./cells.ts";
import { createClient } from "./client.ts";
import { ProblemError } from "./client_error.ts";

const HOME = "https://home.example";
const OTHER = "https://other.example";
const TRUSTED = "https://trusted.example";
/** The answer of a cell in which the learner does not live. */
const moved = (info?: string) =>
  Response.json({
    type: "about:blank",
    title: "Moved",
    status: 421,
    code: "moved",
    info,
    request_id: "1",
    retryable: true,
  }, { status: 421 });

const known = { home: HOME, trusted: [TRUSTED] };

Deno.test("O6, I9: the home cell may name any cell over TLS; another cell may send home or to a trusted cell alone", () => {
  assert.equal(nextCell(known, HOME, OTHER), OTHER);
  assert.equal(nextCell(known, `${HOME}/`, `${OTHER}/`), OTHER, "a slash at the end is no other cell");
  assert.equal(nextCell(known, OTHER, HOME), HOME);
  assert.equal(nextCell(known, OTHER, TRUSTED), TRUSTED);
  assert.equal(nextCell(known, OTHER, "https://evil.example"), HOME, "the home cell is asked instead");
  assert.equal(nextCell(known, HOME, undefined), null, "the learner is moving: the same cell again");
  assert.equal(nextCell(known, HOME, HOME), null);
});

Deno.test("O6, I9: a URL that is no base of a cell, or is not TLS, is not followed from anywhere", () => {
  for (const url of BAD_CELLS) {
    assert.equal(nextCell(known, HOME, url), null, url);
    assert.equal(nextCell(known, OTHER, url), HOME, url);
  }
  assert.equal(
    nextCell({ home: "http://home.example" }, "http://home.example", OTHER),
    null,
    "the answer came in clear",
  );
  const local = "http://127.0.0.1:54321";
  assert.equal(nextCell({ home: local }, local, "http://127.0.0.1:54421"), "http://127.0.0.1:54421");
});

const name = fc.constantFrom("home", "other", "trusted", "evil", "wicked").map((host) =>
  `https://${host}.example`
);

Deno.test("O6, I9: whatever cells answer, a token goes to the home cell, to a trusted one, and to those that the home cell named", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(name, { nil: undefined }), { maxLength: 30 }), async (targets) => {
      const allowed = new Set([HOME, TRUSTED]);
      let at = 0;
      const client = createClient({
        url: HOME,
        trustedCells: [TRUSTED],
        getToken: () => "token",
        fetch(input) {
          const { origin } = new URL(String(input));
          assert.ok(allowed.has(origin), `${origin} got the token`);
          const info = targets[at++];
          if (origin === HOME && info !== undefined) allowed.add(info);
          return Promise.resolve(moved(info));
        },
      });
      for (const _ of targets) {
        await assert.rejects(client.pull(null), (error) => error instanceof ProblemError && error.retryable);
      }
      assert.equal(
        at,
        targets.length,
        "every answer is a failure of one request: nothing is repeated by itself",
      );
    }),
    settings(100),
  );
});

Deno.test("O6: the cell is kept where the app wants it, and home is kept as nothing", async () => {
  const kept: (string | null)[] = [];
  let cell: string | null = null;
  const store: CellStore = { get: () => cell, set: (url) => kept.push(cell = url) };
  const targets = [OTHER, HOME];
  const client = createClient({
    url: HOME,
    cell: store,
    getToken: () => "token",
    fetch: () => Promise.resolve(moved(targets.shift())),
  });
  for (let n = 0; n < 2; n++) await assert.rejects(client.pull(null), { code: "moved" });
  assert.deepEqual(kept, [OTHER, null]);
});
