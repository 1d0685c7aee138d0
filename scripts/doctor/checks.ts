// The checks, each after those whose failure would explain its own.
import type { Check } from "./check.ts";
import { advisors } from "./checks/advisors.ts";
import { alarms } from "./checks/alarms.ts";
import { database, extensions, migrations } from "./checks/database.ts";
import { connection, functions, secrets } from "./checks/functions.ts";
import { clock, gateway, signing } from "./checks/gateway.ts";
import { jobs } from "./checks/jobs.ts";
import { limits } from "./checks/limits.ts";
import { plan } from "./checks/plan.ts";
import { realtime } from "./checks/realtime.ts";
import { bucket, privileges, role } from "./checks/rights.ts";
import { wake } from "./checks/wake.ts";

export const CHECKS: readonly Check[] = [
  database,
  migrations,
  extensions,
  limits,
  jobs,
  privileges,
  realtime,
  bucket,
  gateway,
  signing,
  functions,
  secrets,
  connection,
  role,
  wake,
  plan,
  clock,
  advisors,
  alarms,
];
