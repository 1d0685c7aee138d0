// How the functions connect: with TLS to every other machine, and what a lost database means for a caller.
import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { connect as connectForCommand } from "../../../scripts/content/database.ts";
import { startCluster } from "../../../scripts/local/postgres/cluster.ts";
import { migrated } from "../../../scripts/local/postgres/recipes.ts";
import { SUPABASE_FOLDER, WORK_FOLDER } from "../../../scripts/start/project.ts";
import { connect, ConnectionError, DatabaseError, withTls } from "../../functions/_shared/connection.ts";
import { openDatabase } from "../../functions/_shared/database.ts";
import { problemOf } from "../../functions/_shared/database_error.ts";
import { Problem, problemResponse } from "../../functions/_shared/problem.ts";
import { selfSigned } from "./webhooks/certificate.ts";

const modeOf = (url: string) => new URL(withTls(url)).searchParams.get("sslmode");

Deno.test("I9: every host that is not this machine is reached with TLS", () => {
  const address = (host: string, query = "") =>
    `postgresql://carrel_edge:p%40ss@${host}:6543/postgres${query}`;
  for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "127.8.0.1", "[::1]"]) {
    assert.equal(withTls(address(host)), address(host), host);
  }
  for (
    const host of [
      "aws-0-eu-central-1.pooler.supabase.com",
      "db.abc.supabase.co",
      "10.0.0.5",
      "192.168.1.2",
      "[2001:db8::1]",
      "[::ffff:10.0.0.5]",
      "localhost.example.com",
      "127.0.0.1.example.com",
      "127.0.0.1,db.example.com",
    ]
  ) {
    assert.equal(modeOf(address(host)), "require", host);
    for (const mode of ["disable", "allow", "prefer", "false"]) {
      assert.equal(modeOf(address(host, `?sslmode=${mode}`)), "require", `${host} ${mode}`);
    }
    assert.equal(modeOf(address(host, "?sslmode=verify-full")), "verify-full", "the stricter mode stays");
    assert.equal(new URL(withTls(address(host))).password, "p%40ss");
  }
});

/** An address of this machine that is not the loopback, as another machine would use it. */
function outsideAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const found = all.find(({ internal, family }) => !internal && family === "IPv4");
  assert.ok(found, "this machine has no network");
  return found.address;
}

/** Passes connections on to a local port, and keeps what clients sent. */
function forward(hostname: string, to: number) {
  const listener = Deno.listen({ hostname, port: 0 });
  const sent: Uint8Array[] = [];
  const pipe = async (client: Deno.TcpConn) => {
    const server = await Deno.connect({ port: to });
    const watched = client.readable.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(bytes, out) {
          sent.push(bytes);
          out.enqueue(bytes);
        },
      }),
    );
    await Promise.allSettled([watched.pipeTo(server.writable), server.readable.pipeTo(client.writable)]);
  };
  const done = (async () => {
    for await (const client of listener) void pipe(client).catch(() => {});
  })();
  return {
    port: listener.addr.port,
    /** What went over the wire, as text. */
    text: () => sent.map((bytes) => new TextDecoder("latin1").decode(bytes)).join(""),
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
    },
  };
}

Deno.test("I9: nothing is sent in clear to another machine, whether the server has TLS or not", async () => {
  await using cleanup = new AsyncDisposableStack();
  const dataFolder = join(WORK_FOLDER, `tls-${Deno.pid}`);
  const start = () =>
    startCluster({ dataFolder, port: 0, durable: false, recipe: migrated(SUPABASE_FOLDER) });
  let cluster = await start();
  cleanup.defer(() => cluster.remove());
  const outside = outsideAddress();
  const urlAt = (port: number) => cluster.url("carrel_edge").replace(/@.*?\//, `@${outside}:${port}/`);

  const closed = cleanup.use(forward(outside, cluster.port));
  const refused = await openDatabase(urlAt(closed.port)).contentHead(1).catch((error: unknown) => error);
  assert.ok(refused instanceof Problem);
  assert.equal(refused.code, "overloaded");
  await assert.rejects(connectForCommand(urlAt(closed.port))`select 1`);
  assert.ok(closed.text().length > 0);
  assert.doesNotMatch(closed.text(), /carrel_edge|content_head/, "no name and no query without TLS");

  // The same server with a certificate.
  await cluster.stop();
  const { cert, key } = selfSigned("database.test");
  await Deno.writeTextFile(join(dataFolder, "server.crt"), cert);
  await Deno.writeTextFile(join(dataFolder, "server.key"), key, { mode: 0o600 });
  const { uid, gid } = await Deno.stat(dataFolder);
  if (uid !== null && gid !== null) await Deno.chown(join(dataFolder, "server.key"), uid, gid);
  await Deno.writeTextFile(join(dataFolder, "postgresql.auto.conf"), "ssl = on\n", { append: true });
  cluster = await start();
  const open = cleanup.use(forward(outside, cluster.port));
  const sql = cleanup.use(connect(urlAt(open.port), "test", 1));
  const command = connectForCommand(urlAt(open.port));
  cleanup.defer(() => command.end());
  const encrypted = [{ ssl: true }];
  assert.deepEqual(await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`, encrypted);
  assert.deepEqual([...await command`select ssl from pg_stat_ssl where pid = pg_backend_pid()`], encrypted);
  assert.doesNotMatch(open.text(), /carrel_edge|pg_stat_ssl/);
  assert.match(await openDatabase(urlAt(open.port)).contentHead(1), /"version"/);
});

Deno.test("U8: every failure to reach the database is overloaded, and says no more", async () => {
  const answered = (severity: string) => (code: string, message: string) =>
    Object.assign(new DatabaseError(message, message.length, "error"), {
      severity,
      code,
      detail: "pg_hba.conf line 3",
    });
  const fatal = answered("FATAL");
  const error = answered("ERROR");
  const lost = (message: string, code?: string) =>
    new ConnectionError(Object.assign(new Error(message), { code }));
  const problems = [
    fatal("28P01", 'password authentication failed for user "carrel_edge"'),
    fatal("28000", 'role "carrel_edge" does not exist'),
    fatal("28000", 'no pg_hba.conf entry for host "10.0.0.5", user "carrel_edge", SSL off'),
    fatal("3D000", 'database "postgres" does not exist'),
    fatal("53300", "sorry, too many clients already"),
    fatal("57P03", "the database system is starting up"),
    fatal("57P01", "terminating connection due to administrator command"),
    fatal("XX000", "Tenant or user not found"),
    fatal("XX000", "something new"),
    error("XX000", "(EMAXCONN) max client connections reached, limit: 200"),
    error("XX000", "Max client connections reached"),
    error("XX000", "(ECHECKOUTTIMEOUT) unable to check out a connection"),
    error("XX000", "(ECIRCUITBREAKER) too many authentication failures"),
    error("XX000", "(EAUTHQUERY) auth query failed"),
    error("08P01", "server conn crashed?"),
    error("53300", "too many connections"),
    error("53200", "out of memory"),
    error("40P01", "deadlock"),
    error("25006", "read only after a fail-over"),
    lost("Connection terminated unexpectedly"),
    lost("The server does not support SSL connections"),
    lost("connect", "ECONNREFUSED"),
    lost("getaddrinfo", "ENOTFOUND"),
    lost("self-signed certificate", "SELF_SIGNED_CERT_IN_CHAIN"),
  ].map(problemOf);
  for (const problem of problems) {
    assert.equal(problem.code, "overloaded");
    const response = problemResponse(problem, "a-request");
    assert.ok(Number(response.headers.get("retry-after")) >= 1);
    assert.doesNotMatch(await response.text(), /carrel_edge|pg_hba|Tenant|10\.0/);
  }
});

Deno.test("O4: a refused login is logged once a minute, with the page that says what to do", () => {
  const logged: string[] = [];
  const { error } = console;
  console.error = (...parts: unknown[]) => logged.push(parts.join(" "));
  try {
    for (let i = 0; i < 5; i++) {
      problemOf(new ConnectionError(Object.assign(new Error("no"), { code: "28P02" })));
    }
  } finally {
    console.error = error;
  }
  assert.equal(logged.length, 1);
  assert.match(logged[0] ?? "", /refuses the login of carrel_edge \(28P02\).*docs\/restore\.md/);
});
