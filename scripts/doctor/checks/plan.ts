// What the plan leaves: disk, by the platform's own metrics, and pool sizes, by the Management API.
import { z } from "zod";
import { type Check, type Context, failure, type Finding, ok, skipped, warning } from "../check.ts";

const TIMEOUT_MS = 15_000;
/** Of the disk. The platform makes the database read-only at 95 %. */
const FULL = 0.95;
const NEARLY_FULL = 0.85;
/** Of PostgreSQL's connections: what a pool may take, so that Auth, Storage, Realtime and consoles have the rest. */
const POOL_SHARE = 2 / 3;

/** The text of an answer; undefined where there is none. */
async function get(url: string, authorization: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      headers: { authorization },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return response.ok ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The used share of the data disk. The metrics have the form of Prometheus. */
function usedShare(metrics: string): number | undefined {
  const bytes = (name: string) =>
    Number(
      new RegExp(`^node_filesystem_${name}_bytes\\{[^}]*mountpoint="/data"[^}]*\\} (\\S+)`, "m").exec(metrics)
        ?.[1],
    );
  const share = 1 - bytes("avail") / bytes("size");
  return Number.isFinite(share) ? share : undefined;
}

async function checkDisk({ target: { url, secretKey } }: Context): Promise<Finding> {
  const metrics = await get(
    `${url}/customer/v1/privileged/metrics`,
    `Basic ${btoa(`service_role:${secretKey}`)}`,
  );
  const share = metrics === undefined ? undefined : usedShare(metrics);
  if (share === undefined) {
    return skipped("the platform does not tell how full the disk is: see the dashboard, reports");
  }
  const detail = `${Math.round(share * 100)} % of the disk are used.`;
  const cure = "Enlarge the disk in the dashboard, or keep telemetry for a shorter time.";
  return share > FULL ? failure(detail, cure) : share > NEARLY_FULL ? warning(detail, cure) : ok(detail);
}

const Pools = z.array(z.object({
  database_type: z.string(),
  pool_mode: z.string(),
  default_pool_size: z.number().nullish(),
  max_client_conn: z.number().nullish(),
}));

async function checkPool({ target, sql }: Context): Promise<Finding> {
  const { accessToken, database, management = "https://api.supabase.com" } = target;
  if (!accessToken) return skipped("the pool size needs SUPABASE_ACCESS_TOKEN");
  const [reference] = new URL(target.url ?? "").hostname.split(".");
  const address = `${management}/v1/projects/${reference}/config/database/pooler`;
  const text = await get(address, `Bearer ${accessToken}`);
  const pools = Pools.safeParse(text === undefined ? null : JSON.parse(text));
  const pool = pools.data?.find(({ database_type }) => database_type === "PRIMARY");
  if (!pool) {
    return skipped("the Management API does not tell the pool size: is it a token of this project's owner?");
  }
  const { default_pool_size: size, max_client_conn: clients } = pool;
  if (!size) return ok("The pooler has the pool size of the plan.");
  const detail = `The pooler has ${size} connections${clients ? ` for ${clients} clients` : ""}.`;
  if (!database) return ok(detail);
  const [row] = await sql<{ most: number }[]>`select current_setting('max_connections')::integer as most`;
  const most = row?.most ?? 0;
  if (size <= most * POOL_SHARE) return ok(`${detail} PostgreSQL has ${most}.`);
  return warning(
    `${detail} PostgreSQL has ${most}, so too few are left for the platform's services.`,
    "Lower the pool size in the dashboard, database settings, to two thirds of PostgreSQL's connections.",
  );
}

export const plan: Check = {
  name: "plan limits",
  about: "disk and pool size",
  needs: ["url", "secretKey"],
  async run(context) {
    if (context.target.isLocal && !context.target.management) {
      return [ok("On this machine there is no plan.")];
    }
    return [await checkDisk(context), await checkPool(context)];
  },
};
