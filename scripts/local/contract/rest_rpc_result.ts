// What functions answer: values, rows, statuses, headers, limits.
import assert from "node:assert/strict";
import { answered, refused, type RestBench, test } from "./rest_bench.ts";

const SINGLE = { accept: "application/vnd.pgrst.object+json" };

/** Registers the tests of results. */
export function rpcResultContract(bench: RestBench): void {
  const call = (name: string, body = "{}", headers: Record<string, string> = {}) =>
    bench.send("POST", `/rpc/${name}`, { body, headers });

  test("values, sets, rows and nothing have their JSON", async () => {
    const nothing = await call("contract_nothing");
    answered(nothing, 204, "");
    assert.equal(nothing.headers.get("content-type"), null);
    answered(await call("contract_numbers", '{"p_count":3}'), 200, [1, 2, 3]);
    answered(await call("contract_numbers", '{"p_count":0}'), 200, "[]");
    answered(await call("contract_table"), 200, [{ x: 1, y: "one" }, { x: 2, y: null }]);
    answered(await call("contract_out"), 200, { low: 1, high: 9 });
    answered(await call("contract_country_of", '{"p_code":"is"}'), 200, {
      code: "is",
      name: "Iceland",
      'odd "name': 3,
      facts: { area: 103000, capital: { name: "Reykjavik" } },
      tags: [],
    });
    const countries = await bench.client().rpc("contract_countries", { p_tag: "landlocked" });
    assert.deepEqual(countries.data?.map(({ code }: { code: string }) => code), ["at", "ch"]);
    const { headers } = await call("contract_add", '{"a":1}');
    assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
  });

  test("rows of a function can be selected, filtered, ordered, limited and counted", async () => {
    const path =
      "contract_countries?select=code,capital:facts->capital->>name&code=neq.pt&order=code.desc&limit=2";
    const rows = await call(path, "{}", { prefer: "count=exact" });
    answered(rows, 206, [{ code: "is", capital: "Reykjavik" }, { code: "ch", capital: "Bern" }]);
    assert.equal(rows.headers.get("content-range"), "0-1/3");
    const got = await bench.send("GET", "/rpc/contract_countries?p_tag=eu&code=gt.at&select=code");
    answered(got, 200, [{ code: "pt" }]);
    const counted = await bench.client().rpc("contract_countries", {}, { count: "exact", head: true });
    assert.equal(counted.count, 4);
    refused(await call("contract_countries?select=nonsense"), 400, "42703");
  });

  test("one object, or 406", async () => {
    answered(await call("contract_countries?code=eq.ch&select=code", "{}", SINGLE), 200, { code: "ch" });
    const many = refused(await call("contract_countries", "{}", SINGLE), 406, "PGRST116");
    assert.equal(many.details, "The result contains 4 rows");
    refused(await call("contract_countries?code=eq.zz", "{}", SINGLE), 406, "PGRST116");
    const client = bench.client();
    assert.equal((await client.rpc("contract_countries").eq("code", "zz").maybeSingle()).data, null);
    const stripped = { accept: "application/vnd.pgrst.object+json;nulls=stripped" };
    answered(await call("contract_table?x=eq.2", "{}", stripped), 200, { x: 2 });
  });

  test("406 rolls back what the function did", async () => {
    const { token } = await bench.target.signIn();
    const path = "/contract_note?select=slug";
    const body = '[{"slug":"two"},{"slug":"of"}]';
    const headers = { ...SINGLE, prefer: "return=representation" };
    refused(await bench.send("POST", path, { token, body, headers }), 406, "PGRST116");
    answered(await bench.send("GET", path, { token }), 200, "[]");
  });

  test("a function names its media type by returning a domain of that name", async () => {
    const text = await bench.send("GET", "/rpc/contract_text", { headers: { accept: "text/x-contract" } });
    answered(text, 200, 'plain "text"');
    assert.match(text.headers.get("content-type") ?? "", /^text\/x-contract/);
    const bytes = await fetch(`${bench.target.url}/rest/v1/rpc/contract_bytes`, {
      headers: { apikey: bench.target.publishableKey, accept: "application/x-contract" },
    });
    assert.deepEqual([...await bytes.bytes()], [0, 255, 16]);
    answered(await bench.send("GET", "/rpc/contract_text"), 200, JSON.stringify('plain "text"'));
    const other = await bench.send("GET", "/rpc/contract_add?a=1", {
      headers: { accept: "text/x-contract" },
    });
    refused(other, 406, "PGRST107");
    const preferred = { accept: "text/x-contract;q=0.1, application/json" };
    answered(
      await bench.send("GET", "/rpc/contract_text", { headers: preferred }),
      200,
      '"plain \\"text\\""',
    );
  });

  test("a function sets status and headers", async () => {
    const answer = (p_status: string, p_headers: string) =>
      call("contract_answer", JSON.stringify({ p_status, p_headers }));
    const set = await answer("202", '[{"X-Contract":"one"},{"Cache-Control":"max-age=9"}]');
    answered(set, 202, '"body"');
    assert.equal(set.headers.get("x-contract"), "one");
    assert.equal(set.headers.get("cache-control"), "max-age=9");
    const retyped = await answer("200", '[{"Content-Type":"text/x-contract"}]');
    assert.equal(retyped.headers.get("content-type"), "text/x-contract");
    refused(await answer("soon", "[]"), 500, "PGRST112");
    refused(await answer("200", '{"x":"y"}'), 500, "PGRST111");
    refused(await answer("200", '[{"x":1}]'), 500, "PGRST111");
  });

  test("a function refuses with the status of its SQLSTATE", async () => {
    const statuses: Record<string, number> = {
      P0001: 400,
      P0002: 500,
      PT402: 402,
      PT409: 409,
      "22023": 400,
      "23505": 409,
      "23503": 409,
      "23514": 400,
      "21000": 500,
      "42883": 404,
      "42P01": 404,
      "53400": 500,
      "54000": 500,
      "55000": 500,
      "57014": 500,
      "58000": 500,
      "0L000": 403,
      "28000": 403,
      "08000": 503,
      "53000": 503,
      XX000: 500,
      ZZ123: 400,
    };
    for (const [code, status] of Object.entries(statuses)) {
      const refusal = refused(await call("contract_fail", JSON.stringify({ p_code: code })), status, code);
      assert.deepEqual(refusal, { code, details: "the detail", hint: "the hint", message: "refused" });
    }
    const anonymous = await call("contract_fail", '{"p_code":"42501"}');
    refused(anonymous, 401, "42501");
  });

  test("a function that raises PGRST decides the whole refusal", async () => {
    const fail = (message: string, detail: string) =>
      call("contract_fail_in_full", JSON.stringify({ p_message: message, p_detail: detail }));
    const message = '{"code":"C1","message":"No","details":"why","hint":"how"}';
    const full = await fail(message, '{"status":419,"headers":{"X-Contract":"set"}}');
    assert.deepEqual(refused(full, 419, "C1"), { code: "C1", message: "No", details: "why", hint: "how" });
    assert.equal(full.headers.get("x-contract"), "set");
    refused(await fail("no json", '{"status":419,"headers":{}}'), 500, "PGRST121");
    refused(await fail(message, "no json"), 500, "PGRST121");
  });

  test("a function's own time limit and isolation hold for its call", async () => {
    // The function sleeps for 5 s, which a user may (8 s): its own 300 ms are all that can stop it.
    const { token } = await bench.target.signIn();
    refused(await bench.send("POST", "/rpc/contract_slow", { body: "{}", token }), 500, "57014");
    answered(await call("contract_isolation"), 200, '"repeatable read"');
  });

  test("waiting too long for a lock is 500 with 55P03", async () => {
    const { promise: held, resolve: onHeld } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const holder = bench.sql.begin(async (transaction) => {
      await transaction`lock table contract_note in access share mode`;
      onHeld();
      await released;
    });
    await held;
    const answer = await call("contract_wait_for_lock");
    release();
    await holder;
    refused(answer, 500, "55P03");
  });
}
