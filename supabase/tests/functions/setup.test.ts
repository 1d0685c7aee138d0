// How a function describes its set-up: the kind of the server by its address, and never a value.
import assert from "node:assert/strict";
import { describeSetup } from "../../functions/_shared/setup.ts";

const describe = (values: Record<string, string>) => describeSetup((name) => values[name]);

Deno.test("I9: a set-up tells the kind of the server, the role and TLS, and no host, password or value", async () => {
  // Nothing listens on these ports, and names below `invalid` do not exist.
  const cases: [url: string, server: string, tls: string][] = [
    [
      "postgresql://carrel_edge.abcdefghijklmnopqrst:hunter2@aws-0-eu.pooler.invalid:6543/postgres",
      "transaction pooler",
      "require",
    ],
    [
      "postgresql://carrel_edge.abcdefghijklmnopqrst:hunter2@aws-0-eu.pooler.invalid:5432/postgres",
      "session pooler",
      "require",
    ],
    [
      "postgresql://carrel_edge:hunter2@db.invalid:5432/postgres?sslmode=verify-full",
      "database",
      "verify-full",
    ],
    ["postgresql://carrel_edge:hunter2@db.invalid/postgres?sslmode=disable", "database", "require"],
    ["postgresql://carrel_edge:hunter2@127.0.0.1:1/postgres", "database", "none"],
  ];
  for (const [url, server, tls] of cases) {
    const setup = await describe({
      CARREL_DB_URL: url,
      CARREL_JWT_SECRET: "s3cret-s3cret-s3cret-s3cret-s3cret",
    });
    assert.deepEqual([setup.database.server, setup.database.tls], [server, tls], url);
    assert.deepEqual([setup.database.role, setup.database.login], ["carrel_edge", "unreachable"]);
    assert.deepEqual(setup.secrets, {
      CARREL_DB_URL: true,
      CARREL_JWT_SECRET: true,
      CARREL_AUTH_URL: false,
      CARREL_LEARNER_COMMENT: false,
      CARREL_WEBHOOK_ALLOW_LOOPBACK: false,
    });
    assert.doesNotMatch(JSON.stringify(setup), /hunter2|s3cret|invalid|abcdefghijklmnopqrst|127\.0\.0\.1/);
  }
  assert.equal((await describe({})).database.server, "none");
  assert.equal((await describe({ CARREL_DB_URL: "not an address" })).database.server, "invalid");
});
