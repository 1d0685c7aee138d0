// Requests that ask for what is not there.
import assert from "node:assert/strict";
import { answered, refused, type RestBench, test } from "./rest_bench.ts";

/** Registers the tests of requests that mean nothing. */
export function errorContract(bench: RestBench): void {
  test("unknown tables are 404 with a hint", async () => {
    const misspelt = refused(await bench.send("GET", "/contract_countri"), 404, "PGRST205");
    assert.equal(misspelt.message, "Could not find the table 'public.contract_countri' in the schema cache");
    refused(await bench.send("POST", "/nonsense", { body: "{}" }), 404, "PGRST205");
    refused(await bench.send("DELETE", "/nonsense?id=eq.1"), 404, "PGRST205");
    refused(await bench.send("GET", '/contract_country"; drop table contract_country; --'), 404, "PGRST205");
  });

  test("unknown columns are 400", async () => {
    refused(await bench.send("GET", "/contract_country?select=nonsense"), 400, "42703");
    refused(await bench.send("GET", "/contract_country?nonsense=eq.1"), 400, "42703");
    refused(await bench.send("GET", "/contract_country?order=nonsense"), 400, "42703");
    refused(await bench.send("GET", "/contract_country?or=(nonsense.eq.1,code.eq.at)"), 400, "42703");
    const { error } = await bench.client().from("contract_country").select("nonsense");
    assert.equal(error?.code, "42703");
  });

  test("values of the wrong type are 400", async () => {
    refused(await bench.send("GET", '/contract_country?"odd \\"name"=eq.many'), 400, "22P02");
    refused(await bench.send("GET", "/contract_country?code=is.at"), 400, "PGRST100");
    refused(await bench.send("GET", "/contract_country?tags=cs.eu"), 400, "22P02");
    refused(await bench.send("GET", "/contract_country?facts=eq.{"), 400, "22P02");
  });

  test("query strings that can't be read are 400", async () => {
    const queries = [
      "code=at",
      "code=noop.at",
      "code=eq",
      "code=in.at",
      "code=in.(at",
      "select=code,",
      "select=code::",
      "select=code)",
      "order=code.up",
      "order=code.desc.nullsfirst.x",
      "or=code.eq.at",
      "or=(code.eq.at",
      "or=()",
      "and=(code)",
      "code->>=eq.at",
      '"code=eq.at',
      "toString=constructor.at",
    ];
    for (const query of queries) {
      const { message } = refused(await bench.send("GET", `/contract_country?${query}`), 400, "PGRST100");
      assert.match(message ?? "", /failed to parse .*\(line 1, column \d+\)$/);
    }
  });

  test("aggregates are switched off, and nothing that is not embedded can be filtered", async () => {
    refused(await bench.send("GET", "/contract_country?select=code.count()"), 400, "PGRST123");
    refused(await bench.send("GET", "/contract_country?select=count()"), 400, "PGRST123");
    refused(await bench.send("GET", "/contract_country?other.code=eq.at"), 400, "PGRST108");
  });

  test("paths and methods that do not exist", async () => {
    refused(await bench.send("GET", "/contract_country/at"), 404, "PGRST125");
    refused(await bench.send("GET", "/rpc/contract_add/more"), 404, "PGRST125");
    refused(await bench.send("PROPFIND", "/contract_country"), 405, "PGRST117");
  });

  test("only exposed schemas answer", async () => {
    const profile = { "accept-profile": "public", "content-profile": "public" };
    answered(await bench.send("GET", "/contract_country?code=eq.zz", { headers: profile }), 200, "[]");
    const hidden = { "accept-profile": "auth", "content-profile": "auth" };
    const { hint } = refused(await bench.send("GET", "/users", { headers: hidden }), 406, "PGRST106");
    assert.match(hint ?? "", /public/);
    refused(await bench.send("POST", "/rpc/uid", { headers: hidden, body: "{}" }), 406, "PGRST106");
    const { error } = await bench.client().schema("pg_catalog").from("pg_authid").select();
    assert.equal(error?.code, "PGRST106");
  });

  test("preferences that do not exist are refused only when strict", async () => {
    const path = "/contract_country?code=eq.zz";
    answered(await bench.send("GET", path, { headers: { prefer: "speed=high" } }), 200, "[]");
    const strict = { prefer: "handling=strict, speed=high" };
    const { details } = refused(await bench.send("GET", path, { headers: strict }), 400, "PGRST122");
    assert.equal(details, "Invalid preferences: speed=high");
  });
}
