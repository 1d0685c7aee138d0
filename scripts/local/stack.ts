// The whole local Supabase as a library: a database, the stand-ins of its services, Edge Functions and the gateway
// in front of them. One keeps its data; tests start throw-away copies.
import { join } from "node:path";
import { type AuthOptions, createAuth } from "./auth/auth.ts";
import {
  type Inspect,
  type Project,
  type ProjectConfig,
  readProjectConfig,
  type StackConfig,
} from "./config.ts";
import { startCronWorker } from "./cron/worker.ts";
import { createFunctions, type FunctionsOptions, type FunctionsService } from "./functions/service.ts";
import { type Gateway, startGateway } from "./gateway/gateway.ts";
import { databaseFolder, keysFile, storageFolder } from "./data_folder.ts";
import { throwAwayCluster, type ThrowAwayOptions } from "./harness.ts";
import { openKeys, type ProjectKeys } from "./keys.ts";
import { startNetWorker } from "./net/worker.ts";
import { type Cluster, startCluster } from "./postgres/cluster.ts";
import { exists } from "./postgres/folders.ts";
import { type Divergence, migrate } from "./postgres/migrate.ts";
import { setLocalPasswords } from "./postgres/passwords.ts";
import { createRealtime } from "./realtime/service.ts";
import { createRest } from "./rest/service.ts";
import type { ServiceContext } from "./service.ts";
import { UserError } from "./user_error.ts";
import { createStorage } from "./storage/service.ts";

/** A running local Supabase; disposing of it stops everything. */
export interface Stack extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly apiUrl: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** Signs tokens that the stack accepts. */
  readonly keys: ProjectKeys;
  readonly cluster: Cluster;
  readonly functions: FunctionsService;
  /** Connection string; by default for the role postgres. */
  dbUrl(role?: string): string;
}

/** One line, since a version of the project that rewrote its migrations removes them all. */
function describeRemoved(versions: string[]): string {
  const [first, last] = [versions[0], versions.at(-1)];
  return versions.length === 1
    ? `${first} was applied, but its file is gone`
    : `${versions.length} migrations, ${first} to ${last}, were applied, but their files are gone`;
}

/** Migrations and database have parted ways; only a reset brings them together again. */
export class MigrationsDiverged extends UserError {
  override readonly name = "MigrationsDiverged";
  constructor(readonly divergence: Divergence) {
    const { changed, removed, late } = divergence;
    super([
      "The local database no longer fits supabase/migrations:",
      ...changed.map((name) => `  ${name} was changed after it had been applied`),
      ...removed.length > 0 ? [`  ${describeRemoved(removed)}`] : [],
      ...late.map((name) => `  ${name} is new, but sorts before a migration that was applied`),
    ].join("\n"));
  }
}

/** Where a stack reports. */
export interface Reporting {
  /** One line for each step of the start. */
  onProgress(line: string): void;
  /** Warnings of services, and what Edge Functions print. */
  log(line: string): void;
}

/** How long requests under way may take when a stack that keeps its data is stopped, in milliseconds. */
const CLOSE_GRACE_MS = 2_000;

/** What `assemble` puts together; it takes over `cleanup`. */
interface Parts {
  gateway: Gateway;
  keys: ProjectKeys;
  cluster: Cluster;
  functions: FunctionsOptions;
  /** Where the bytes of Storage lie. */
  storageFolder: string;
  auth?: AuthOptions;
  inspect?: Inspect | undefined;
  /** Whether jobs of pg_cron are started. */
  jobs: boolean;
  log: (line: string) => void;
  /** How long requests under way may take when the stack stops, in milliseconds. */
  graceMs: number;
  cleanup: AsyncDisposableStack;
}

async function assemble(parts: Parts): Promise<Stack> {
  const { gateway, keys, cluster, log, cleanup } = parts;
  const apiUrl = addressOf(gateway);
  const context: ServiceContext = { databaseUrl: cluster.url, keys, apiUrl, log };
  // Each as soon as it stands, so that the failure of one leaves none behind.
  const kept = <T extends { close(): Promise<void> }>(service: T): T =>
    cleanup.adopt(service, (s) => s.close());
  const [auth, rest, realtime, storage, functions] = await Promise.all([
    createAuth(context, parts.auth).then(kept),
    createRest(context).then(kept),
    createRealtime(context).then(kept),
    createStorage(context, parts.storageFolder).then(kept),
    createFunctions(context, parts.functions).then(kept),
    startNetWorker(context).then(kept),
  ]);
  gateway.open({ keys, auth, rest, realtime, storage, functions, inspect: parts.inspect, log });
  // After the gateway: a job may call it through pg_net.
  if (parts.jobs) await startCronWorker(context).then(kept);
  // Sockets of Realtime would keep the gateway waiting; they end first, then the gateway, then the rest.
  cleanup.defer(() => gateway.close(parts.graceMs));
  cleanup.defer(() => realtime.close());
  return {
    apiUrl,
    publishableKey: keys.publishableKey,
    secretKey: keys.secretKey,
    keys,
    cluster,
    functions,
    dbUrl: (role = "postgres") => cluster.url(role),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}

function addressOf(gateway: Gateway): string {
  return `http://127.0.0.1:${gateway.port}`;
}

function functionsOptions(
  project: Project,
  config: ProjectConfig,
  o: Partial<FunctionsOptions> & Pick<FunctionsOptions, "mode">,
): FunctionsOptions {
  return {
    folder: join(project.supabaseFolder, "functions"),
    isolates: 1,
    config: config.functions,
    functionEnv: project.functionEnv,
    env: {},
    ...o,
  };
}

async function bringUpToDate(
  cluster: Cluster,
  supabaseFolder: string,
  { onProgress, log }: Reporting,
): Promise<void> {
  let count = 0;
  const result = await migrate(cluster.url("postgres"), supabaseFolder, () => {
    // One line for all of them: a first start applies dozens, each in a few milliseconds.
    if (count++ === 0) onProgress("Applying migrations");
  });
  if (result.kind === "diverged") throw new MigrationsDiverged(result);
  if (count > 0) onProgress(`Applied ${count} migration${count === 1 ? "" : "s"}`);
  // Not only after a migration: a start that was killed may have come no further.
  await setLocalPasswords(cluster.url("supabase_admin"));
  if (result.seed === "applied") onProgress("Applied supabase/seed.sql");
  if (result.seed === "changed") {
    log("supabase/seed.sql has changed since it was applied. Reset the local database to apply it.");
  }
}

/**
 * Starts a stack on its data folder, and applies what is pending of supabase/migrations. Throws
 * `UserError`, `PortTaken`, `MigrationsDiverged` and what PostgreSQL says about a migration that fails; nothing runs then.
 */
export async function startStack(
  project: Project,
  config: StackConfig,
  reporting: Reporting,
): Promise<Stack> {
  const { envFile } = config;
  if (envFile !== undefined && (!await exists(envFile) || (await Deno.stat(envFile)).isDirectory)) {
    throw new UserError(`There is no file of secrets at ${envFile}.`);
  }
  await using cleanup = new AsyncDisposableStack();
  // First, because a port that is taken should not cost the time of a database.
  const gateway = startGateway(config.apiPort);
  const closeGateway = cleanup.adopt(gateway, (g) => g.close(0));
  const keys = await openKeys(keysFile(config.dataFolder), addressOf(closeGateway));
  const cluster = await startCluster({
    dataFolder: databaseFolder(config.dataFolder),
    port: config.databasePort,
    durable: true,
    onProgress: reporting.onProgress,
  });
  cleanup.defer(() => cluster.stop());
  await bringUpToDate(cluster, project.supabaseFolder, reporting);
  reporting.onProgress("Starting the services");
  const { functionsMode: mode, isolates, envFile: secretsFile } = config;
  const functions = functionsOptions(project, config, { mode, isolates, secretsFile });
  const { log } = reporting;
  return await assemble({
    gateway,
    keys,
    cluster,
    functions,
    storageFolder: storageFolder(config.dataFolder),
    jobs: true,
    log,
    graceMs: CLOSE_GRACE_MS,
    cleanup: cleanup.move(),
  });
}

/** What a throw-away stack differs in. */
export interface ThrowAwayStackOptions extends ThrowAwayOptions {
  /** Whose configuration and functions are used. */
  project: Project;
  /**
   * How Edge Functions run, with the folder and settings of the project unless told otherwise. By default each in
   * a process of its own: `deno test` checks the types of a thread's whole program every time one is started (1 s),
   * while a process is up in 50 ms, and shows its memory.
   */
  functions?: Partial<FunctionsOptions>;
  /** Added to the environment of every Edge Function. */
  env?: Record<string, string>;
  /** Shorter times than hosted's, for tests that wait for them. */
  auth?: AuthOptions;
  /** Whether jobs of pg_cron are started, as by a stack that keeps its data; a test whose data they would change says no. */
  jobs?: boolean;
  /** Where warnings and the functions' output go; by default nowhere. */
  log?: (line: string) => void;
}

/** Starts a stack for a test on free ports, without fsync; disposing of it leaves nothing behind. */
export async function throwAwayStack(o: ThrowAwayStackOptions): Promise<Stack> {
  await using cleanup = new AsyncDisposableStack();
  const gateway = cleanup.adopt(startGateway(0), (g) => g.close(0));
  const folder = await Deno.makeTempDir({ prefix: "local-supabase-" });
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const [keys, cluster, config] = await Promise.all([
    openKeys(join(folder, "keys.json"), addressOf(gateway)),
    throwAwayCluster(o).then((cluster) => cleanup.use(cluster)),
    readProjectConfig(o.project),
  ]);
  const functions = functionsOptions(o.project, config, { mode: "child", env: o.env ?? {}, ...o.functions });
  const log = o.log ?? (() => {});
  return await assemble({
    gateway,
    keys,
    cluster,
    functions,
    auth: o.auth,
    inspect: o.project.inspect,
    storageFolder: storageFolder(folder),
    jobs: o.jobs ?? true,
    log,
    graceMs: 0,
    cleanup: cleanup.move(),
  });
}
