import assert from "node:assert/strict";
import { findForwardReferences, findUnlisted } from "./sql_layers.ts";

const TABLE = { path: "20_b/table.sql", text: "create table ops.later (id bigint);" };

function uses(text: string) {
  return findForwardReferences([{ path: "10_a/first.sql", text }, TABLE]);
}

Deno.test("layers: a forward reference in a PL/pgSQL body is reported with its line", () => {
  const body = [
    "create function private.f() returns void language plpgsql as $$",
    "begin",
    "  perform 1 from ops.later;",
    "end $$;",
  ];
  assert.deepEqual(uses(body.join("\n")), [
    { at: "10_a/first.sql:3", message: "uses ops.later of 20_b/table.sql, which loads later" },
  ]);
});

Deno.test("layers: a forward reference in a job's command or in dynamic SQL is reported", () => {
  assert.equal(
    uses("select private.schedule_job('x', '* * * * *', '1 day', 'delete from ops.later');").length,
    1,
  );
  assert.equal(uses("do $a$ begin execute $b$ truncate ops.later $b$; end $a$;").length, 1);
});

Deno.test("layers: comments, descriptions and backward references are not reported", () => {
  assert.deepEqual(uses("-- ops.later\n/* ops.later */ do $$ begin null; -- ops.later\nend $$;"), []);
  assert.deepEqual(uses("comment on table private.x is 'See'\n  'ops.later; it''s better.';"), []);
  const user = { path: "30_c/user.sql", text: "create view public.v as select * from ops.later;" };
  assert.deepEqual(findForwardReferences([TABLE, user]), []);
});

Deno.test("layers: an object that a later source makes again is reported", () => {
  const stub = {
    path: "10_a/stub.sql",
    text: "create function private.f() returns int language sql return 1;",
  };
  const real = {
    path: "20_b/real.sql",
    text: "\ncreate or replace function private.f() returns int language sql return 2;",
  };
  assert.deepEqual(findForwardReferences([stub, real]), [
    { at: "20_b/real.sql:2", message: "makes private.f, which 10_a/stub.sql makes too" },
  ]);
});

Deno.test("layers: a source outside of the load order is reported, and so is a listed file that does not exist", () => {
  const places = findUnlisted(["a.sql", "b.sql"], ["a.sql", "c.sql"]).map(({ at, message }) =>
    `${at} ${message}`
  );
  assert.match(places[0] ?? "", /^b\.sql is not in schema_paths/);
  assert.match(places[1] ?? "", /schema_paths names c\.sql/);
});
