// What the runner makes of files that are wrong in every way it promises to notice.
import assert from "node:assert/strict";
import { throwAwayCluster } from "../../start/project.ts";
import { connect, prepareDatabase } from "./prepare.ts";
import { runFile } from "./run_file.ts";

Deno.test("pgTAP runner", async (t) => {
  await using cluster = await throwAwayCluster({ migrated: true });
  await prepareDatabase(cluster);
  const client = await connect(cluster);

  const run = async (text: string) => {
    const { passed, failures } = await runFile(client, "x.test.sql", text);
    return { passed, failures, said: failures.map(({ at, message }) => `${at} ${message}`) };
  };
  const file = (plan: number, ...body: string[]) =>
    ["begin;", `select plan(${plan});`, ...body, "select * from finish();", "rollback;"].join("\n");

  await t.step("the runner counts the tests that pass", async () => {
    assert.deepEqual(await run(file(2, "select ok(true, 'a');", "select is(1, 1, 'b');")), {
      passed: 2,
      failures: [],
      said: [],
    });
  });

  await t.step("the runner shows a failing test with its actual and expected value", async () => {
    const { passed, failures } = await run(
      file(2, "select is(1, 2, 'adds up');", "select ok(true, 'b');"),
    );
    assert.equal(passed, 1);
    assert.deepEqual(failures, [{
      at: "x.test.sql",
      message: "adds up",
      detail: "have: 1\nwant: 2",
    }]);
  });

  await t.step("the runner shows an SQL error with its line and text", async () => {
    const { passed, failures } = await run(file(2, "select ok(true, 'ä𝄞');", "select nothing from nowhere;"));
    assert.equal(passed, 1);
    assert.equal(failures.length, 1);
    assert.equal(failures[0]?.at, "x.test.sql:4");
    assert.match(failures[0]?.message ?? "", /^SQL error 42P01: relation "nowhere" does not exist$/);
    assert.equal(
      failures[0]?.detail,
      "4 | select nothing from nowhere;\n  |                     ^\nafter the test: ä𝄞",
    );
  });

  await t.step("the runner finds the line of an error that a function raised", async () => {
    const raise = "do $$ begin\n  raise exception 'refused' using errcode = 'P0009', hint = 'ask';\nend $$;";
    const { failures } = await run(file(1, "-- a comment; with a semicolon", "select 'a;b';", raise));
    assert.equal(failures[0]?.at, "x.test.sql:5");
    assert.match(failures[0]?.message ?? "", /^SQL error P0009: refused$/);
    assert.match(failures[0]?.detail ?? "", /hint: ask\n.*before the first test$/s);
  });

  await t.step("the runner refuses fewer and more tests than planned", async () => {
    assert.deepEqual((await run(file(3, "select ok(true, 'a');"))).said, [
      "x.test.sql planned 3 tests but ran 1",
    ]);
    assert.deepEqual((await run(file(1, "select ok(true, 'a');", "select ok(true, 'b');"))).said, [
      "x.test.sql planned 1 tests but ran 2",
    ]);
  });

  await t.step("the runner refuses a file without a plan", async () => {
    const { said } = await run("begin; select ok(true); select * from finish(); rollback;");
    assert.match(said[0] ?? "", /SQL error P0001: You tried to run a test without a plan/);
  });

  await t.step("the runner refuses a file without assertions", async () => {
    assert.deepEqual((await run("begin; rollback;")).said, [
      "x.test.sql asserts nothing",
      "x.test.sql does not call `finish()`",
    ]);
  });

  await t.step("the runner refuses a file that does not roll back, and undoes its changes", async () => {
    const open =
      "begin; select plan(1); create table public.left_behind (); select ok(true, 'a'); select * from finish();";
    assert.deepEqual((await run(open)).said, ["x.test.sql does not end with `rollback;`"]);
    assert.deepEqual((await client.query("select to_regclass('public.left_behind') as found")).rows, [{
      found: null,
    }]);
    assert.deepEqual((await run(`${open.replace("create table public.left_behind ();", "")} commit;`)).said, [
      "x.test.sql commits: what it did stays behind",
      "x.test.sql does not end with `rollback;`",
    ]);
    assert.deepEqual(
      (await run("select 1; begin; select plan(1); select ok(true); select * from finish(); rollback;"))
        .said,
      ["x.test.sql does not start with `begin;`"],
    );
  });

  await t.step("the runner refuses a file that does not call finish", async () => {
    assert.deepEqual((await run("begin; select plan(1); select ok(true, 'a'); rollback;")).said, [
      "x.test.sql does not call `finish()`",
    ]);
  });

  await t.step("the runner counts a test that is expected to fail, and ignores skipped ones", async () => {
    const { passed, said } = await run(file(
      3,
      "select todo('not yet', 1);",
      "select ok(false, 'later');",
      "select skip('not here', 2);",
    ));
    assert.deepEqual({ passed, said }, { passed: 1, said: [] });
  });

  await t.step("the runner lets assertions run while the test acts as an API role", async () => {
    const acting = "select tests.authenticate_anon();";
    const { passed, said } = await run(file(1, acting, "select is(current_user::text, 'anon', 'a');"));
    assert.deepEqual({ passed, said }, { passed: 1, said: [] });
    assert.deepEqual((await client.query("select current_user as role")).rows, [{ role: "postgres" }]);
  });

  await t.step("the runner resets settings before the next file", async () => {
    await run(
      file(1, "set application_name = 'odd';", "select pg_advisory_lock(1);", "select ok(true, 'a');"),
    );
    const { rows } = await client.query(
      "select count(*)::int as locks from pg_locks where locktype = 'advisory'",
    );
    assert.deepEqual(rows, [{ locks: 0 }]);
  });

  await client.end();
});
