// A session may plant objects in its pg_temp under the names of those that Carrel's code uses. None of them may run.
import assert from "node:assert/strict";
import postgres from "postgres";
import { ulid } from "ulid";
import type { Cluster } from "../../../scripts/local/postgres/cluster.ts";
import { compareCatalogues } from "../../../scripts/check/catalogue/compare.ts";
import { catalogueOf, withConnection } from "../../../scripts/check/catalogue/databases.ts";
import { throwAwayCluster } from "../../../scripts/start/project.ts";
import { callable, callOf, readable, type World } from "./planting/calls.ts";
import { ownTemporaryTables, plant, type Planting, RAN, readPlanting } from "./planting/plant.ts";

/** Who signs in. */
interface Account {
  user: string;
  session: string;
  app: string | null;
}

const APP_ROLES = [null, "instructor", "support", "admin"];

/** Makes an account with a session. */
async function account(admin: postgres.Sql, app: string | null): Promise<Account> {
  const [user, session] = [crypto.randomUUID(), crypto.randomUUID()];
  const metadata = JSON.stringify(app ? { role: app } : {});
  await admin`insert into auth.users (id, aud, role, raw_app_meta_data)
    values (${user}, 'authenticated', 'authenticated', ${metadata}::text::jsonb)`;
  await admin`insert into auth.sessions (id, user_id, created_at) values (${session}, ${user}, now())`;
  return { user, session, app };
}

/** A learner and an account of each app role, each with a session, and what the learner has sent. */
async function populate(admin: postgres.Sql): Promise<World & { accounts: Account[] }> {
  const accounts: Account[] = [];
  for (const app of APP_ROLES) accounts.push(await account(admin, app));
  const { user: learner = "", session = "" } = accounts[0] ?? {};
  const device = crypto.randomUUID();
  const [question] = await admin<
    { id: string; skill_id: string }[]
  >`select id, skill_id from content.question where type = 'single_choice' limit 1`;
  assert.ok(question);
  const now = new Date().toISOString();
  const event = {
    id: ulid(),
    type: "question.answered",
    version: 1,
    learner_id: learner,
    device_id: device,
    occurred_at: now,
    utc_offset_minutes: 0,
    body: {
      question_id: question.id,
      content_version: 1,
      answer: { choice: 0 },
      correct: false,
      duration_ms: 1,
    },
  };
  const header = { batch_id: ulid(), device_id: device, sent_at: now, contract_version: 1 };
  const lines = [...[header, event].map((line) => JSON.stringify(line)), "broken"].join("\n");
  await admin`select ops.configure_signals('http://127.0.0.1:1/functions/v1')`;
  await admin`select private.ingest_for(${learner}, ${session}, ${lines})`;
  // Another device listens, so a push is followed by a hint.
  await admin`insert into learner.device (user_id, device_id, first_seen_at, last_seen_at)
    values (${learner}, ${crypto.randomUUID()}, now(), now())`;
  return { learner, session, device, lines, accounts };
}

/** A table or a view is read. */
const READ = "table ";

/** A role that a login can act as. */
interface Actor {
  login: string;
  role: string;
}

/** Everybody who can log in, as every role that they can become. postgres is left out: it is the role that the others are after. */
async function actors(admin: postgres.Sql): Promise<Actor[]> {
  return await admin<Actor[]>`
    select l.rolname as login, r.rolname as role from pg_roles l join pg_roles r on pg_has_role(l.oid, r.oid, 'set')
    where l.rolcanlogin and not l.rolsuper and l.rolname <> 'postgres' and r.rolname !~ '^pg_' order by 1, 2`;
}

/** The claims of a request. Over REST a user has an app role; the platform's own logins become the API's roles without claims. */
function claimsOf({ login, role }: Actor, accounts: Account[]): (object | null)[] {
  if (login !== "authenticator") return [null];
  if (role !== "authenticated") return [{ role }];
  return accounts.map(({ user, session, app }) => ({
    sub: user,
    session_id: session,
    role,
    aud: role,
    app_metadata: app ? { role: app } : {},
  }));
}

/** What a sweep found. */
interface Found {
  calls: number;
  /** Warnings of planted objects. */
  ran: string[];
  /** Errors outside of the registry. */
  broke: string[];
}

/** Plants everything as the actor, and calls everything that it may. */
async function sweep(
  cluster: Cluster,
  admin: postgres.Sql,
  world: World & { accounts: Account[] },
  actor: Actor,
  planting: Planting,
): Promise<Found> {
  const found: Found = { calls: 0, ran: [], broke: [] };
  let statement = "";
  const onnotice = ({ message }: postgres.Notice) => {
    // Policies call auth.uid() of the platform, which pins no search path. It runs in the caller's session as the caller.
    const isOwnRead = statement.startsWith(READ) && message === `${RAN} ${actor.role}`;
    if (message?.startsWith(RAN) && !isOwnRead) {
      found.ran.push(`${actor.login} as ${actor.role}: ${message}: ${statement}`);
    }
  };
  // Types are not fetched: the driver's own query would meet the planted ones.
  const session = postgres(cluster.url(actor.login), { max: 1, onnotice, fetch_types: false });
  try {
    await session.unsafe(`set role ${actor.role}`);
    await plant(session, planting);
    const known = new Set(
      (await admin<{ state: string }[]>`select unnest(sqlstates) as state from private.error_code`).map((
        { state },
      ) => state),
    );
    for (const claims of claimsOf(actor, world.accounts)) {
      await session.unsafe(
        `select pg_catalog.set_config('request.jwt.claims', '${
          claims ? JSON.stringify(claims) : ""
        }', false)`,
      );
      const calls = (await callable(admin, actor.role)).map((f) => () => callOf(admin, world, f));
      const reads = (await readable(admin, actor.role)).map((name) => () => `${READ}${name}`);
      for (const next of [...calls, ...reads]) {
        statement = await next();
        found.calls++;
        await session.unsafe(statement).catch((error: unknown) => {
          if (!(error instanceof postgres.PostgresError)) throw error;
          if (!known.has(error.code)) {
            found.broke.push(`${actor.role}: ${statement}: ${error.code} ${error.message}`);
          }
        });
      }
    }
    if (actor.role === "supabase_auth_admin") {
      statement = "an account is deleted";
      await session.unsafe("delete from auth.users");
    }
    const [row] = await session.unsafe("select session_user || ' as ' || current_user as who");
    assert.equal(row?.who, `${actor.login} as ${actor.role}`);
  } finally {
    await session.end();
  }
  return found;
}

Deno.test("I9: no planted type, table, function, operator or cast runs, for any role that can log in", async (t) => {
  await using cluster = await throwAwayCluster({ migrated: true });
  await withConnection(cluster, async (admin) => {
    const world = await populate(admin);
    const planting = await readPlanting(admin);
    assert.ok(
      planting.types.length > 40 && planting.relations.length > 150,
      "names were read off the catalogue",
    );
    assert.ok(
      planting.functions.length > 150 && planting.operators.length > 600,
      "names were read off Carrel's sources",
    );

    await t.step("I9: a session of the API creates no temporary object", async () => {
      await assert.rejects(
        withConnection(cluster, (sql) => sql`create domain pg_temp.text as pg_catalog.text`, "carrel_edge"),
        { code: "42501" },
      );
    });

    // As in a database where the right was given back.
    await admin`grant temporary on database postgres to public`;
    const before = await catalogueOf(cluster);
    for (const actor of await actors(admin)) {
      await t.step(`I9: ${actor.login} as ${actor.role}`, async () => {
        const { calls, ran, broke } = await sweep(cluster, admin, world, actor, planting);
        assert.deepEqual({ ran, broke }, { ran: [], broke: [] });
        assert.equal(
          calls > 15,
          ["authenticated", "service_role", "carrel_edge"].includes(actor.role),
          `${calls} calls`,
        );
      });
    }
    await t.step("I9: no role, right or object has changed", async () => {
      const differences = compareCatalogues(
        { name: "before", facts: before },
        { name: "after", facts: await catalogueOf(cluster) },
      );
      assert.deepEqual(differences.filter(({ at }) => !at.startsWith("row of ")), []);
    });

    await t.step("I9: a table in place of a temporary one of Carrel's is refused", async () => {
      const names = await ownTemporaryTables(admin);
      assert.ok(names.includes("candidate"), String(names));
      const relations = names.map((name) =>
        `create view pg_temp.${name} as select null::pg_catalog.uuid as id where pg_temp.own()`
      );
      const { ran } = await sweep(cluster, admin, world, { login: "authenticator", role: "service_role" }, {
        functions: [],
        operators: [],
        casts: [],
        types: [],
        relations,
      });
      assert.deepEqual(ran, []);
    });

    const edge = { login: "carrel_edge", role: "carrel_edge" };
    await t.step("I9: the sweep finds a function with an empty search path", async () => {
      await admin`alter function private.report_content set search_path = ''`;
      const { ran } = await sweep(cluster, admin, world, edge, planting);
      assert.ok(
        ran.some((line) => line.includes("ran as carrel_definer: select * from private.report_content(")),
        ran.join("\n"),
      );
    });
    await t.step("I9: the sweep finds a helper that calls the platform beside planted objects", async () => {
      await admin`create or replace function private.refuse_temporary_objects() returns void language sql return null`;
      const { ran } = await sweep(cluster, admin, world, edge, planting);
      assert.ok(ran.some((line) => line.includes("ran as postgres")), ran.join("\n"));
    });
  });
});
