// Calls of functions: which one, with what.
import assert from "node:assert/strict";
import { until } from "../until.ts";
import { answered, refused, type RestBench, test } from "./rest_bench.ts";

/** Registers the tests of arguments and of finding a function. */
export function rpcContract(bench: RestBench): void {
  const call = (name: string, body: string, headers: Record<string, string> = {}) =>
    bench.send("POST", `/rpc/${name}`, { body, headers });

  test("arguments come from a JSON object or the query string; defaults are heeded", async () => {
    answered(await call("contract_add", '{"a":1,"b":2}'), 200, "3");
    answered(await call("contract_add", '{"a":1}'), 200, "11");
    answered(await bench.send("GET", "/rpc/contract_add?a=1&b=2"), 200, "3");
    answered(await bench.send("GET", "/rpc/contract_add?a=1"), 200, "11");
    assert.equal((await bench.client().rpc("contract_add", { a: 4, b: 5 })).data, 9);
    assert.equal((await bench.client().rpc("contract_add", { a: 4, b: 5 }, { get: true })).data, 9);
    answered(await call("contract_sum", '{"p_values":[1,2,3]}'), 200, "6");
    answered(await bench.send("GET", "/rpc/contract_sum?p_values=1&p_values=2"), 200, "3");
    answered(await bench.send("POST", "/rpc/contract_countries"), 200);
  });

  test("arguments of the wrong type are refused", async () => {
    refused(await call("contract_add", '{"a":"one"}'), 400, "22P02");
    refused(await bench.send("GET", "/rpc/contract_add?a=one"), 400, "22P02");
    refused(await call("contract_add", '{"a":99999999999}'), 400, "22003");
    refused(await call("contract_add", '{"a":2147483647}'), 400, "22003");
  });

  test("json arguments arrive as they were written", async () => {
    const value = '{ "b" : 1.50, "a":[1e200000, 12345678901234567890.10],"b":"\\u00e9\\/ é\\ud83d\\ude00" }';
    answered(await call("contract_echo", `{"p_value":${value}}`), 200, JSON.stringify(value));
    const query = `/rpc/contract_echo?p_value=${encodeURIComponent(value)}`;
    answered(await bench.send("GET", query), 200, JSON.stringify(value));
    // A single unnamed parameter takes the body itself, and with it what no other json function accepts.
    answered(await call("contract_echo_body", value), 200, JSON.stringify(value));
    const nul = '{"a":"x\\u0000y"}';
    answered(await call("contract_echo_body", nul), 200, JSON.stringify(nul));
    // Named arguments are taken out of the body by PostgreSQL, which unescapes all of it.
    refused(await call("contract_echo", `{"p_value":${nul}}`), 400, "22P05");
    refused(await call("contract_add", '{"a":1,"b":"\\u0000"}'), 400, "22P05");
    refused(await call("contract_echo_body", '{"a":"\\ud800"}'), 400, "PGRST102");
    refused(await call("contract_echo", '{"p_value":{"\\uDC00":1}}'), 400, "PGRST102");
  });

  test("with columns= the body is not parsed before the database does", async () => {
    const lone = '{"a":"\\ud800"}';
    const whole = await bench.send("POST", "/rpc/contract_echo_body?columns=body", { body: lone });
    answered(whole, 200, JSON.stringify(lone));
    const one = await bench.send("POST", "/rpc/contract_add?columns=a", { body: '{"a":1,"b":5}' });
    answered(one, 200, "11");
    refused(await bench.send("POST", "/rpc/contract_add?columns=a", { body: "{" }), 400, "22P02");
  });

  test("text and bytes are taken whole by a function of one unnamed parameter", async () => {
    answered(await call("contract_length", "naïve", { "content-type": "text/plain" }), 200, "5");
    const bytes = new Uint8Array([0, 255, 16, 128]);
    const headers = { "content-type": "application/octet-stream" };
    answered(await bench.send("POST", "/rpc/contract_size", { body: bytes, headers }), 200, "4");
    refused(await call("contract_add", "5", { "content-type": "text/plain" }), 404, "PGRST202");
  });

  test("bodies that are not JSON, or of an unknown type, are refused", async () => {
    refused(await call("contract_add", "{"), 400, "PGRST102");
    refused(await call("contract_add", '{"a":1} x'), 400, "PGRST102");
    const invalid = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const asJson = { "content-type": "application/json" };
    refused(
      await bench.send("POST", "/rpc/contract_add", { body: invalid, headers: asJson }),
      400,
      "PGRST102",
    );
    refused(
      await call("contract_add", "<a/>", { "content-type": "application/x-contract" }),
      400,
      "PGRST102",
    );
  });

  test("overloads are told apart by the names of their arguments", async () => {
    answered(await call("contract_overload", '{"a":1}'), 200, '"one"');
    answered(await call("contract_overload", '{"b":1,"a":1}'), 200, '"two"');
    refused(await call("contract_ambiguous", '{"a":1}'), 300, "PGRST203");
  });

  test("a function that does not exist, or not with these arguments, is 404 with a hint", async () => {
    const misspelt = refused(await call("contract_ad", '{"a":1}'), 404, "PGRST202");
    assert.equal(misspelt.hint, "Perhaps you meant to call the function public.contract_add");
    assert.equal(misspelt.message, "Could not find the function public.contract_ad(a) in the schema cache");
    const argument = refused(await call("contract_add", '{"a":1,"bb":2}'), 404, "PGRST202");
    assert.equal(argument.hint, "Perhaps you meant to call the function public.contract_add(a, b)");
    assert.match(
      argument.details ?? "",
      /with parameters a, bb or with a single unnamed json\/jsonb parameter/,
    );
    refused(await call("contract_add", "{}"), 404, "PGRST202");
    refused(await bench.send("GET", "/rpc/contract_echo_body"), 404, "PGRST202");
    refused(await bench.send("GET", "/rpc/contract_add?a=1&toString=2"), 404, "PGRST202");
    refused(await bench.send("GET", "/rpc/pg_sleep?a=1"), 404, "PGRST202");
  });

  test("functions are called by GET, HEAD and POST alone, and GET changes nothing", async () => {
    const { token } = await bench.target.signIn();
    refused(await bench.send("PATCH", "/rpc/contract_add", { body: "{}" }), 405, "PGRST101");
    refused(await bench.send("DELETE", "/rpc/contract_add"), 405, "PGRST101");
    refused(await bench.send("GET", "/rpc/contract_write?p_slug=got", { token }), 405, "25006");
    answered(await bench.send("POST", "/rpc/contract_write", { token, body: '{"p_slug":"posted"}' }), 200);
    const [row] = await bench.sql`select count(*) filter (where slug = 'got') as got from contract_note`;
    assert.equal(Number(row?.["got"]), 0);
    const head = await bench.send("HEAD", "/rpc/contract_add?a=1");
    answered(head, 200, "");
  });

  test("a new function is there after notify pgrst", async () => {
    await bench.sql`create function contract_late() returns text language sql immutable as 'select ''here'''`;
    await bench.sql`notify pgrst, 'reload schema'`;
    await until("the new function", async () => (await call("contract_late", "{}")).text === '"here"');
    await bench.sql`drop function contract_late()`;
    await bench.sql`notify pgrst, 'reload schema'`;
    await until("its end", async () => (await call("contract_late", "{}")).status === 404);
  });
}
