// Faults of a project's gateway, keys, functions and plan, each found by one check of the doctor.
import type { Fault } from "./fault.ts";

const version = (change: Record<string, unknown>) =>
  Response.json({ function: "sync", contract: 1, build: "0", now: new Date().toISOString(), ...change });

/** The platform's metrics of a disk that is so full. */
const metricsOf = (used: number) => () =>
  new Response(
    ["size", "avail"].map((name) =>
      `node_filesystem_${name}_bytes{device="/dev/nvme1n1",mountpoint="/data"} ${
        name === "size" ? 8e9 : 8e9 * (1 - used)
      }`
    ).join("\n"),
  );
const METRICS = "GET /customer/v1/privileged/metrics";
const poolOf = (size: number) => () =>
  Response.json([{
    database_type: "PRIMARY",
    pool_mode: "transaction",
    default_pool_size: size,
    max_client_conn: 200,
  }]);

/** `databasePort` is the stack's. */
export const projectFaults = (databasePort: string): Fault[] => [
  {
    check: "gateway",
    says: /refuses the publishable key/,
    target: { publishableKey: "sb_publishable_other" },
  },
  {
    check: "gateway",
    says: /knows the schema `content`/,
    answers: ["GET /rest/v1/question", () => Response.json([])],
  },
  {
    check: "signing keys",
    says: /legacy secret \(HS256\), so the functions refuse them/,
    answers: ["GET /auth/v1/.well-known/jwks.json", () => Response.json({ keys: [] })],
  },
  {
    check: "signing keys",
    says: /can't be read \(500\)/,
    answers: ["GET /auth/v1/.well-known/jwks.json", () => new Response(null, { status: 500 })],
  },
  {
    check: "functions",
    says: /Not deployed: sync\./,
    answers: ["GET /functions/v1/sync/version", () => Response.json({ code: "NOT_FOUND" }, { status: 404 })],
  },
  {
    check: "functions",
    says: /another source than this checkout: sync/,
    answers: ["GET /functions/v1/sync/version", () => version({ build: "0123456789abcdef" })],
  },
  {
    check: "functions",
    says: /verify_jwt is on/,
    answers: [
      "GET /functions/v1/sync/version",
      () => Response.json({ message: "Missing authorization header" }, { status: 401 }),
    ],
  },
  {
    check: "functions",
    says: /do not tell their version, so they are older: sync/,
    answers: [
      "GET /functions/v1/sync/version",
      () => Response.json({ code: "unauthenticated" }, { status: 401 }),
    ],
  },
  {
    check: "secrets",
    says: /CARREL_DB_URL is missing in bundle, content, metrics, sync, webhooks/,
    secrets: "CARREL_DB_URL=",
  },
  {
    check: "connection",
    says: /connect to the database, where each isolate holds its connections/,
    // Not a name of this machine, so the functions want TLS, which this server does not have.
    secrets: `CARREL_DB_URL=postgresql://carrel_edge:postgres@0.0.0.0:${databasePort}/postgres`,
  },
  { check: "connection", says: /connect to their own machine/, target: { isLocal: false } },
  {
    check: "functions' role",
    says: /refuses the login of carrel_edge \(28P01\)/,
    sql: ["alter role carrel_edge password 'another'", "alter role carrel_edge password 'postgres'"],
  },
  {
    check: "functions' role",
    says: /may not log in/,
    sql: ["alter role carrel_edge nologin", "alter role carrel_edge login"],
  },
  {
    check: "functions' role",
    says: /lacks lock_timeout=2s/,
    sql: ["alter role carrel_edge reset lock_timeout", "alter role carrel_edge set lock_timeout = '2s'"],
  },
  {
    check: "functions' role",
    says: /bypasses row level security/,
    sql: ["alter role carrel_edge bypassrls", "alter role carrel_edge nobypassrls"],
  },
  {
    check: "wake-up",
    says: /does not know the address/,
    sql: [
      "update vault.secrets set name = 'gone' where name = 'carrel_functions_url'",
      "update vault.secrets set name = 'carrel_functions_url' where name = 'gone'",
    ],
  },
  {
    check: "wake-up",
    says: /bundle did not use the token .* 503/,
    answers: ["POST /functions/v1/bundle", () => new Response(null, { status: 503 })],
  },
  {
    check: "plan limits",
    status: "warning",
    says: /90 % of the disk are used/,
    answers: [METRICS, metricsOf(0.9)],
    target: { management: "http://127.0.0.1:1" },
  },
  {
    check: "plan limits",
    says: /96 % of the disk are used/,
    answers: [METRICS, metricsOf(0.96)],
    target: { management: "http://127.0.0.1:1" },
  },
  {
    check: "plan limits",
    status: "warning",
    says: /has 190 connections for 200 clients\. PostgreSQL has 200/,
    answers: ["GET /v1/projects/127/config/database/pooler", poolOf(190)],
    target: { management: "proxy", accessToken: "sbp_0123" },
  },
  {
    check: "clock",
    status: "warning",
    says: /database's clock is 3600 s behind/,
    now: () => Date.now() + 3_600_000,
  },
];
