// How full the database is, as far as SQL shows it.
import { type Check, failure, type Finding, ok, warning } from "../check.ts";

interface Usage {
  is_read_only: boolean;
  connections: number;
  most: number;
  bytes: number;
  /** Roles of the API without a limit for statements. */
  unlimited: string[];
  longest_s: number | null;
}

/** Of the connections, beyond which a burst finds none. */
const BUSY = 0.8;
/** A transaction of this age keeps dead rows, and health from counting. */
const LONG_S = 600;

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`;

function judge({ is_read_only, connections, most, unlimited, longest_s }: Usage): Finding[] {
  const findings: Finding[] = [];
  if (is_read_only) {
    findings.push(failure(
      "New sessions are read-only, as the platform makes them when the disk is full.",
      "Enlarge the disk in the dashboard, or delete data in a session with `set transaction_read_only = off`.",
    ));
  }
  if (connections > most * BUSY) {
    findings.push(warning(
      `${connections} of ${most} connections are used.`,
      "Find idle clients in pg_stat_activity, and lower the pool size or take a larger compute size.",
    ));
  }
  if (unlimited.length > 0) {
    findings.push(warning(
      `${
        unlimited.join(" and ")
      } have no statement_timeout, so one call over RPC may hold a connection for minutes.`,
      "Run `alter role authenticated set statement_timeout = '8s'`, and 3s for anon.",
    ));
  }
  if (longest_s !== null && longest_s > LONG_S) {
    findings.push(warning(
      `A transaction has been open for ${Math.round(longest_s / 60)} min.`,
      "End its session: `select pg_terminate_backend(pid)` with the pid of pg_stat_activity.",
    ));
  }
  return findings;
}

export const limits: Check = {
  name: "limits",
  about: "connections, size and time limits",
  needs: ["database"],
  after: ["database"],
  async run({ sql }) {
    const [usage] = await sql<Usage[]>`
      select current_setting('default_transaction_read_only')::boolean as is_read_only,
        (select count(*)::integer from pg_stat_activity a where a.backend_type = 'client backend') as connections,
        current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer as most,
        pg_database_size(current_database())::float8 as bytes,
        to_json(array(
          select r.rolname::text from pg_roles r
          where r.rolname in ('anon', 'authenticated')
            and not exists (select from unnest(r.rolconfig) s where s ~ '^statement_timeout=' and s <> 'statement_timeout=0'))) as unlimited,
        (select extract(epoch from max(now() - a.xact_start))::float8 from pg_stat_activity a
         where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()) as longest_s`;
    if (!usage) return [];
    const findings = judge(usage);
    if (findings.length === 0) {
      const size = gigabytes(usage.bytes);
      findings.push(
        ok(`${usage.connections} of ${usage.most} connections are used; the database has ${size}.`),
      );
    }
    return findings;
  },
};
