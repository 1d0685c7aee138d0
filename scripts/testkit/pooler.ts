// PgBouncer in transaction mode before a database, as hosted's pooler is before a project's.
import { join } from "node:path";
import type { Cluster } from "../local/postgres/cluster.ts";
import { exists, serverUser } from "../local/postgres/folders.ts";
import { freePort } from "../local/postgres/port.ts";
import { until } from "../local/until.ts";
import { WORK_FOLDER } from "../start/project.ts";

/** Where fetch_debian.sh puts it. */
const FETCHED = join(WORK_FOLDER, "pgbouncer");
const BINARIES = [join(FETCHED, "usr/sbin/pgbouncer"), "/usr/sbin/pgbouncer", "/usr/local/bin/pgbouncer"];

/** The program, or undefined where there is none. */
export async function findPgbouncer(): Promise<string | undefined> {
  for (const path of BINARIES) if (await exists(path)) return path;
  return undefined;
}

/** A running pooler. */
export interface Pooler extends AsyncDisposable {
  /** The database through the pooler, as the functions' role. */
  url: string;
  /** Ends it at once, with all its connections, and starts it again on the same port. */
  restart(): Promise<void>;
}

/** Starts a pooler with `connections` to the database. */
export async function startPooler(binary: string, cluster: Cluster, connections: number): Promise<Pooler> {
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "carrel-pooler-" });
  const direct = new URL(cluster.url("carrel_edge"));
  const password = decodeURIComponent(direct.password);
  await Deno.writeTextFile(join(folder, "users"), `"carrel_edge" "${password}"\n`);
  await Deno.writeTextFile(
    join(folder, "pgbouncer.ini"),
    `[databases]
postgres = host=127.0.0.1 port=${direct.port} dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, "users")}
pool_mode = transaction
default_pool_size = ${connections}
`,
  );
  const libraries = join(FETCHED, "usr/lib", `${Deno.build.arch}-linux-gnu`);
  const user = serverUser();
  if (user) {
    for (const path of [folder, join(folder, "users"), join(folder, "pgbouncer.ini")]) {
      await Deno.chown(path, user.uid, user.gid);
    }
  }

  const spawn = () =>
    new Deno.Command(binary, {
      args: ["-q", join(folder, "pgbouncer.ini")],
      env: { LD_LIBRARY_PATH: libraries },
      stdout: "null",
      stderr: "null",
      ...user,
    }).spawn();
  const listens = () => Deno.connect({ port }).then((connection) => (connection.close(), true), () => false);
  let running = spawn();
  await until("the pooler", listens);
  const stop = async () => {
    running.kill("SIGKILL");
    await running.status;
  };
  direct.port = String(port);
  return {
    url: direct.href,
    async restart() {
      await stop();
      running = spawn();
      await until("the pooler", listens);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
