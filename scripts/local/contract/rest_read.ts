// Reading of tables and views.
import assert from "node:assert/strict";
import { answered, refused, type RestBench, test } from "./rest_bench.ts";

const SINGLE = { accept: "application/vnd.pgrst.object+json" };

/** Registers the tests of reading. */
export function readContract(bench: RestBench): void {
  const get = (query: string, headers: Record<string, string> = {}) =>
    bench.send("GET", `/contract_country?${query}`, { headers });

  /** Codes of the countries that a query gives, in their order. */
  async function codes(query: string): Promise<string> {
    const answer = await get(`${query}${query.includes("order=") ? "" : "&order=code"}&select=code`);
    answered(answer, 200);
    return JSON.parse(answer.text).map(({ code }: { code: string }) => code).join(" ");
  }

  test("columns are chosen, renamed, cast and reached into", async () => {
    answered(await get("code=eq.at"), 200, [{
      code: "at",
      name: "Austria",
      'odd "name': 1,
      facts: { area: 83879, capital: { name: "Vienna" } },
      tags: ["eu", "landlocked"],
    }]);
    const query =
      "code=eq.at&select=land:name,facts->area,facts->capital->>name,tags->>0,size:facts->>area::int";
    answered(await get(query), 200, [{
      land: "Austria",
      area: 83879,
      name: "Vienna",
      tags: "eu",
      size: 83879,
    }]);
    answered(await get('code=eq.at&select="odd \\"name"::text'), 200, [{ 'odd "name': "1" }]);
    answered(await bench.send("GET", "/contract_country_view?code=eq.is"), 200, [{
      code: "is",
      name: "Iceland",
    }]);
    const { data } = await bench.client().from("contract_country").select("code, facts").eq(
      "facts->>area",
      "41285",
    );
    assert.deepEqual(data, [{ code: "ch", facts: { area: 41285, capital: { name: "Bern" } } }]);
  });

  test("filters", async () => {
    const expected: Record<string, string> = {
      "code=eq.at": "at",
      "code=neq.at": "ch is pt",
      "code=gt.ch": "is pt",
      "code=gte.ch": "ch is pt",
      "code=lt.ch": "at",
      "code=lte.ch": "at ch",
      "code=not.lte.ch": "is pt",
      "name=like.*land": "ch is",
      "name=like.%25land": "ch is",
      "name=ilike.*LAND": "ch is",
      "name=match.^A": "at",
      "name=imatch.^a": "at",
      "name=like(any).{*land,A*}": "at ch is",
      "name=like(all).{*land,I*}": "is",
      '"odd \\"name"=isdistinct.1': "ch is pt",
      '"odd \\"name"=is.not_null': "at is pt",
      "code=in.(at,pt,zz)": "at pt",
      "code=in.()": "",
      'name=in.("Portugal, \\"the\\" (big) one",Iceland)': "is pt",
      "code=not.in.(at,pt)": "ch is",
      '"odd \\"name"=is.null': "ch",
      '"odd \\"name"=not.is.null': "at is pt",
      "tags=cs.{eu}": "at pt",
      "tags=cd.{landlocked}": "ch is",
      "tags=ov.{eu,landlocked}": "at ch pt",
      'facts=cs.{"area":41285}': "ch",
      "facts->capital->>name=eq.Vienna": "at",
      "facts->area=gt.90000": "is pt",
      "or=(code.eq.at,code.eq.pt)": "at pt",
      "or=(code.eq.at,and(code.gt.ch,tags.cs.{eu}))": "at pt",
      "not.or=(code.eq.at,code.eq.pt)": "ch is",
      "and=(code.gt.at,code.not.eq.pt,not.or(code.eq.ch,code.eq.zz))": "is",
      'or=(name.eq."Portugal, \\"the\\" (big) one",name.in.(Iceland,Austria))': "at is pt",
      "code=gt.at&code=lt.pt": "ch is",
      "order=code.desc": "pt is ch at",
      'order="odd \\"name".desc.nullslast,code': "pt is at ch",
      'order="odd \\"name".nullsfirst': "ch at is pt",
      "order=facts->area.asc": "ch at pt is",
    };
    for (const [query, found] of Object.entries(expected)) assert.equal(await codes(query), found, query);
  });

  test("quotes in names and values stay names and values", async () => {
    const attempts = [
      "code=eq.at' or 'a'='a",
      'code=eq.at"; drop table contract_country; --',
      'name=in.("a\\\\",b\')',
      'or=(name.eq."x\\"),(",code.eq.\')',
      'tags=cs.{"a\'\\\\\\"b"}',
      'facts->>"a\'b"=eq.x',
      'facts->"a\\"\'->>b"=eq.1',
    ];
    for (const query of attempts) assert.equal(await codes(query), "", query);
    const names = ['"a\\" = \\"a\\" or \\"b"', '"name\';--"', '"\\"); drop table contract_country; --"'];
    for (const name of names) {
      refused(await get(`${encodeURIComponent(name)}=eq.1`), 400, "42703");
      refused(await get(`select=${encodeURIComponent(name)}`), 400, "42703");
      refused(await get(`order=${encodeURIComponent(name)}`), 400, "42703");
    }
    answered(await get(`select=${encodeURIComponent('"a\\" b":code')}&code=eq.at`), 200, [{ 'a" b': "at" }]);
    refused(await get("select=code::text);drop"), 400, "PGRST100");
    refused(await get("code=eq.%00"), 400, "22021");
    refused(await get("co%00de=eq.at"), 400, "PGRST100");
    assert.equal(await codes("code=not.is.null"), "at ch is pt");
  });

  test("limit, offset and Range give parts, and count=exact says of how many", async () => {
    const counted = { prefer: "count=exact" };
    const parts: [string, Record<string, string>, number, string][] = [
      ["", {}, 200, "0-3/*"],
      ["limit=2", {}, 200, "0-1/*"],
      ["limit=2&offset=1", {}, 200, "1-2/*"],
      ["limit=0", {}, 200, "*/*"],
      ["offset=9", {}, 200, "*/*"],
      ["", counted, 200, "0-3/4"],
      ["limit=2&offset=1", counted, 206, "1-2/4"],
      ["limit=9&offset=1", counted, 206, "1-3/4"],
      ["code=gt.ch&limit=1", counted, 206, "0-0/2"],
      ["code=eq.zz", counted, 200, "*/0"],
      ["", { range: "1-2", "range-unit": "items" }, 200, "1-2/*"],
      ["", { range: "2-", ...counted }, 206, "2-3/4"],
      ["limit=3", { range: "1-9" }, 200, "1-2/*"],
    ];
    for (const [query, headers, status, range] of parts) {
      const answer = await get(`order=code&${query}`, headers);
      answered(answer, status);
      assert.equal(answer.headers.get("content-range"), range, `${query} ${JSON.stringify(headers)}`);
    }
    const { data, count } = await bench.client().from("contract_country").select("code", { count: "exact" })
      .order("code").range(1, 2);
    assert.deepEqual([data, count], [[{ code: "ch" }, { code: "is" }], 4]);
    const head = await bench.send("HEAD", "/contract_country?limit=1", { headers: counted });
    answered(head, 206, "");
    assert.equal(head.headers.get("content-range"), "0-0/4");
  });

  test("ranges that can't be satisfied are 416", async () => {
    const beyond = await get("offset=9", { prefer: "count=exact" });
    const { details } = refused(beyond, 416, "PGRST103");
    assert.equal(details, "An offset of 9 was requested, but there are only 4 rows.");
    assert.equal(beyond.headers.get("content-range"), "*/4");
    refused(await get("limit=-1"), 416, "PGRST103");
    refused(await get("", { range: "3-1" }), 416, "PGRST103");
  });

  test("one object, or 406", async () => {
    answered(await get("code=eq.at&select=code", SINGLE), 200, { code: "at" });
    assert.equal(refused(await get("", SINGLE), 406, "PGRST116").details, "The result contains 4 rows");
    refused(await get("code=eq.zz", SINGLE), 406, "PGRST116");
    const one = await bench.client().from("contract_country").select("code").eq("code", "zz").maybeSingle();
    assert.deepEqual([one.data, one.error], [null, null]);
    const stripped = { accept: "application/vnd.pgrst.array+json;nulls=stripped" };
    answered(await get('code=eq.ch&select=code,"odd \\"name"', stripped), 200, [{ code: "ch" }]);
    refused(await get("", { accept: "image/png" }), 406, "PGRST107");
  });
}
