// What an app expects of pg_net. The requests go to the target's own API: the one address that every database can
// reach.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { until } from "../until.ts";
import type { Target } from "./target.ts";

interface Response {
  status_code: number | null;
  content: string | null;
  timed_out: boolean;
  error_msg: string | null;
}

function test(name: string, run: () => Promise<void>): void {
  Deno.test(`net: ${name}`, run);
}

/** Registers the contract's tests with Deno.test. */
export function netContract(target: Target): void {
  let sql: Sql;
  const headers = { apikey: target.publishableKey };
  const settings = `${target.url}/auth/v1/settings`;
  const find = (id: string) =>
    sql<
      Response[]
    >`select status_code, content, timed_out, error_msg from net._http_response where id = ${id}`;
  const responseTo = async (id: string) => {
    let response: Response | undefined;
    await until("a response", async () => {
      [response] = await find(id);
      return response !== undefined;
    }, 50);
    assert(response);
    return response;
  };

  Deno.test.beforeAll(async () => {
    sql = postgres(target.databaseUrl, { max: 2, prepare: false, onnotice: () => {} });
    await sql`create extension if not exists pg_net with schema extensions`;
  });
  Deno.test.afterAll(() => sql.end());

  test("a request is sent with its headers, and its response recorded", async () => {
    const [row] = await sql`select net.http_get(${settings}, headers => ${sql.json(headers)})::text as id`;
    const response = await responseTo(row?.id);
    assert.deepEqual([response.status_code, response.timed_out, response.error_msg], [200, false, null]);
    assert.equal(typeof JSON.parse(response.content ?? "").external, "object");
  });

  test("a refusal is a response like any other", async () => {
    const [row] = await sql`
      select net.http_post(${`${target.url}/auth/v1/token`}, '{}', '{"grant_type": "contract"}', ${
      sql.json(headers)
    })::text
             as id`;
    assert.equal((await responseTo(row?.id)).status_code, 400);
  });

  test("nothing is sent before the commit, and nothing that was rolled back", async () => {
    let lost = "";
    await assert.rejects(sql.begin(async (tx) => {
      const [row] = await tx`select net.http_get(${settings}, headers => ${sql.json(headers)})::text as id`;
      lost = row?.id;
      throw new Error("rolled back");
    }));
    let sent = "";
    await sql.begin(async (tx) => {
      const [row] = await tx`select net.http_get(${settings}, headers => ${sql.json(headers)})::text as id`;
      sent = row?.id;
      await delay(1_000);
      assert.equal((await find(sent)).length, 0);
    });
    assert.equal((await responseTo(sent)).status_code, 200);
    assert.equal((await find(lost)).length, 0);
  });

  test("an address that can't be reached is an error without a status", async () => {
    const [row] = await sql`select net.http_get('http://contract.invalid/')::text as id`;
    const response = await responseTo(row?.id);
    assert.deepEqual([response.status_code, response.timed_out], [null, false]);
    assert(response.error_msg);
  });

  test("only JSON is posted", async () => {
    await assert.rejects(
      sql`select net.http_post(${settings}, headers => '{"content-type": "text/plain"}')`,
      {
        code: "P0001",
      },
    );
  });
}
