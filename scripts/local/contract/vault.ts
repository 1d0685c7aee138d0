// What an app expects of Vault.
import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import type { Target } from "./target.ts";

const NAME = "contract_secret";

function test(name: string, run: () => Promise<void>): void {
  Deno.test(`vault: ${name}`, run);
}

/** Registers the contract's tests with Deno.test; secrets are named `contract_…` and removed after it. */
export function vaultContract(target: Target): void {
  let sql: Sql;
  const tidy = () => sql`delete from vault.secrets where name like 'contract\\_%'`;
  const as = (role: string, work: (tx: postgres.TransactionSql) => Promise<unknown>) =>
    sql.begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      return await work(tx);
    });
  const read = (tx: Sql | postgres.TransactionSql) =>
    tx`select decrypted_secret as secret, description from vault.decrypted_secrets where name = ${NAME}`;

  Deno.test.beforeAll(async () => {
    sql = postgres(target.databaseUrl, { max: 1, prepare: false, onnotice: () => {} });
    await sql`create extension if not exists supabase_vault with schema vault`;
    await tidy();
  });
  Deno.test.afterAll(async () => {
    await tidy();
    await sql.end();
  });

  test("a secret is stored encrypted, and read back as it was", async () => {
    const secret = "geheim: ü 🔑";
    const [made] = await sql`select vault.create_secret(${secret}, ${NAME}, 'what for') as id`;
    assert.deepEqual({ ...(await read(sql))[0] }, { secret, description: "what for" });
    const [stored] = await sql`select secret from vault.secrets where id = ${made?.id}`;
    assert(!stored?.secret.includes("geheim"));
    assert(!Buffer.from(stored?.secret, "base64").toString("latin1").includes("geheim"));
  });

  test("changing a secret keeps what is not named", async () => {
    const [row] = await sql`select id from vault.secrets where name = ${NAME}`;
    await sql`select vault.update_secret(${row?.id}, 'new')`;
    assert.deepEqual({ ...(await read(sql))[0] }, { secret: "new", description: "what for" });
    await sql`select vault.update_secret(${row?.id}, new_description => 'for nothing')`;
    assert.deepEqual({ ...(await read(sql))[0] }, { secret: "new", description: "for nothing" });
  });

  test("a name is given once", async () => {
    await assert.rejects(sql`select vault.create_secret('other', ${NAME})`, { code: "23505" });
  });

  test("service_role reads secrets, learners do not, and nobody writes the table", async () => {
    assert.equal((await as("service_role", read) as { secret: string }[])[0]?.secret, "new");
    for (const role of ["anon", "authenticated"]) await assert.rejects(as(role, read), { code: "42501" });
    await assert.rejects(sql`insert into vault.secrets (name, secret) values ('contract_clear', 'x')`, {
      code: "42501",
    });
    await assert.rejects(sql`update vault.secrets set secret = 'x' where name = ${NAME}`, { code: "42501" });
  });
}
