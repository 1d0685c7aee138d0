// What a server answers about content.
import assert from "node:assert/strict";
import { hashTree, treeRow } from "../../contract/hash_tree.ts";
import { MAX_PAGE_ROWS } from "../../contract/limits.ts";
import { DomainNodes, Manifest } from "../../contract/manifest.ts";
import { table, type Theme } from "../requirement.ts";
import type { Probe } from "./probe.ts";

async function ofVersion(t: Probe, path: string) {
  const { history, version } = await t.head();
  const { status, text } = await t.ask(`content/${path}?schema=2&history=${history}&version=${version}`);
  assert.equal(status, 200, text.slice(0, 300));
  return JSON.parse(text);
}

export const content: Theme<Probe> = {
  title: "Server: content",
  requirements: [
    {
      id: "SCO-1",
      text: "The head has an ETag, and an unchanged head is a `304`.",
      cases: {
        unchanged: async (t) => {
          const etag = (await t.ask("content/head?schema=2")).headers.get("etag");
          assert.ok(etag, "there is an ETag");
          const { status, text } = await t.ask("content/head?schema=2", {
            headers: { "if-none-match": etag },
          });
          assert.deepEqual([status, text], [304, ""]);
        },
        other_etag: async (t) => {
          const { status } = await t.ask("content/head?schema=2", {
            headers: { "if-none-match": '"another"' },
          });
          assert.equal(status, 200);
        },
      },
    },
    {
      id: "SCO-2",
      text: "The snapshot's rows have the hashes of the manifest, of the domains, and of the head.",
      cases: {
        root: async (t) => {
          const tree = hashTree((await t.rows()).map(treeRow));
          assert.deepEqual(tree.orphans, []);
          assert.equal(tree.root, (await t.head()).root);
        },
        manifest: async (t) => {
          const tree = hashTree((await t.rows()).map(treeRow));
          const { domains, rows } = Manifest.parse(await ofVersion(t, "manifest"));
          assert.deepEqual(
            new Map(domains.map(({ id, hash }) => [id, hash])),
            new Map([...tree.domains].sort()),
          );
          const skills = domains.flatMap(({ skills }) => skills).map(({ id, hash }) => [id, hash] as const);
          assert.deepEqual(new Map([...skills].sort()), new Map([...tree.skills].sort()));
          assert.equal(rows, (await t.rows()).length);
        },
        domains: async (t) => {
          const tree = hashTree((await t.rows()).map(treeRow));
          const { domains } = DomainNodes.parse(await ofVersion(t, "domains"));
          assert.deepEqual(domains.map(({ id, hash }) => [id, hash]), [...tree.domains].sort());
        },
        node: async (t) => {
          const { history, version } = await t.head();
          const skill = t.skill();
          const { lines } = await t.page(`node?schema=2&history=${history}&version=${version}&id=${skill}`);
          const own = (await t.rows()).filter((line) => {
            const row = JSON.parse(line);
            return row.id === skill || row.skill_id === skill;
          });
          assert.deepEqual(lines.sort(), own.sort());
        },
        counts: async (t) => {
          const { domains, skills, questions } = await t.head();
          assert.equal((await t.rows()).length, domains + skills + questions);
        },
      },
    },
    {
      id: "SCO-3",
      text: "A delta in pages has the same rows as in one, whatever the size of the pages.",
      cases: table<number, Probe>({ seven_rows: 7, fifty_rows: 50 }, (limit) => async (t) => {
        const { version, history } = await t.head();
        const rows: string[] = [];
        let after: string | null = "";
        while (after !== null) {
          const query = `schema=2&since=0&until=${version}&history=${history}&limit=${limit}${
            after && `&after=${encodeURIComponent(after)}`
          }`;
          const { lines, end, page } = await t.page(`delta?${query}`);
          assert.ok(lines.length <= limit);
          assert.deepEqual([page.since, page.until], [0, version]);
          rows.push(...lines);
          after = end.next;
        }
        assert.deepEqual(rows.sort(), [...await t.rows()].sort());
      }),
    },
    {
      id: "SCO-4",
      text: "A version that the server can't compare with is a `410`; a wrong parameter is a `400`.",
      cases: {
        history: async (t) => {
          await t.refused("history_changed", "content/delta?schema=2&since=1&history=0123456789abcdef");
        },
        ahead: async (t) => {
          const { history, version } = await t.head();
          await t.refused("cursor_ahead", `content/delta?schema=2&since=${version + 5}&history=${history}`);
        },
        after: async (t) => {
          await t.refused("cursor_invalid", "content/delta?schema=2&since=0&after=hello");
        },
        ...table<number, Probe>({ no_rows: 0, too_many_rows: MAX_PAGE_ROWS + 1 }, (limit) => async (t) => {
          await t.refused("malformed_request", `content/delta?schema=2&since=0&limit=${limit}`);
        }),
        schema: async (t) => {
          await t.refused("malformed_request", "content/head?schema=999");
        },
        node: async (t) => {
          const { history, version } = await t.head();
          const id = crypto.randomUUID();
          await t.refused(
            "not_found",
            `content/node?schema=2&history=${history}&version=${version}&id=${id}`,
          );
        },
      },
    },
    {
      id: "SCO-5",
      text:
        "An empty delta is a page without rows; answers may be gzipped, and never change for the same version.",
      cases: {
        empty: async (t) => {
          const { history, version } = await t.head();
          const { lines, end } = await t.page(`delta?schema=2&since=${version}&history=${history}`);
          assert.deepEqual([lines, end.next], [[], null]);
        },
        gzipped: async (t) => {
          const path = "content/delta?schema=2&since=0";
          const plain = await t.ask(path, { headers: { "accept-encoding": "identity" } });
          const small = await t.ask(path, { headers: { "accept-encoding": "gzip" } });
          assert.equal(small.text, plain.text);
        },
        again: async (t) => {
          const { history, version } = await t.head();
          const path = `content/delta?schema=2&since=0&until=${version}&history=${history}`;
          assert.equal((await t.ask(path)).text, (await t.ask(path)).text);
        },
      },
    },
    {
      id: "SCO-6",
      text: "A report about a cache is taken with `204`.",
      cases: table<"mismatch" | "repair", Probe>(
        { mismatch: "mismatch", repair: "repair" },
        (kind) => async (t) => {
          const { version } = await t.head();
          const body = JSON.stringify({ kind, version, rows: 1, nodes: [t.skill()] });
          const { status } = await t.ask("content/report", {
            body,
            headers: { "content-type": "application/json" },
          });
          assert.equal(status, 204);
        },
      ),
    },
  ],
};
