// Who may do what by default: default privileges, temporary objects, row level security, and the role of the functions.
import { type Check, failure, type Finding, listed, ok, orOk, skipped, warning } from "../check.ts";

interface Rights {
  defaults: string[];
  temporary: boolean;
  unprotected: string[];
}

export const privileges: Check = {
  name: "default privileges",
  about: "default privileges and row level security",
  needs: ["database"],
  after: ["migrations"],
  async run({ sql }) {
    const [rights] = await sql<Rights[]>`
      select
        to_json(array(
          select distinct format('%s on %s of %s', a.privilege_type, case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' else 'functions' end,
            coalesce(n.nspname, 'all schemas'))
          from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace
          cross join lateral aclexplode(d.defaclacl) a
          where d.defaclobjtype in ('r', 'S', 'f') and d.defaclrole = 'postgres'::regrole
            and (d.defaclnamespace = 0 or n.nspname in ('public', 'content', 'learner', 'ops', 'private'))
            and (a.grantee = 0 or a.grantee in ('anon'::regrole, 'authenticated'::regrole, 'service_role'::regrole))
          order by 1)) as defaults,
        exists (
          select from pg_database b cross join lateral aclexplode(coalesce(b.datacl, acldefault('d', b.datdba))) a
          where b.datname = current_database() and a.grantee = 0 and a.privilege_type = 'TEMPORARY') as temporary,
        to_json(array(
          select c.oid::regclass::text from pg_class c
          where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace, 'private'::regnamespace)
            and c.relkind in ('r', 'p') and not c.relrowsecurity order by 1)) as unprotected`;
    const findings: Finding[] = [];
    if (rights && rights.defaults.length > 0) {
      findings.push(failure(
        `New objects are open to the API's roles: ${listed(rights.defaults)}.`,
        "Run `select private.revoke_default_grants()` as postgres.",
      ));
    }
    if (rights?.temporary) {
      findings.push(failure(
        "Every role may create temporary objects, which can stand in for tables and types.",
        "Run `revoke temporary on database postgres from public`.",
      ));
    }
    if (rights && rights.unprotected.length > 0) {
      findings.push(failure(
        `Without row level security: ${listed(rights.unprotected)}.`,
        "Run `alter table … enable row level security` for each.",
      ));
    }
    return orOk(findings, "New objects are closed to the API, and every table has row level security.");
  },
};

const ROLE = "carrel_edge";
/** As the migrations set them. They survive the transaction pooler. */
const SETTINGS = ["statement_timeout=8s", "lock_timeout=2s", "idle_in_transaction_session_timeout=10s"];

interface Role {
  can_login: boolean;
  is_strong: boolean;
  is_expired: boolean;
  settings: string[];
  /** The last time that a worker used a wake token, which it does with this role; in seconds. */
  seen_s: number | null;
}

function judgeRole({ can_login, is_strong, is_expired, settings }: Role): Finding[] {
  const findings: Finding[] = [];
  if (!can_login || is_expired) {
    findings.push(failure(
      `The role ${ROLE} may not log in.`,
      `Run \`alter role ${ROLE} login valid until 'infinity'\`.`,
    ));
  }
  if (is_strong) {
    findings.push(failure(
      `The role ${ROLE} bypasses row level security, or has rights of a superuser.`,
      `Run \`alter role ${ROLE} nosuperuser nobypassrls nocreaterole nocreatedb\`.`,
    ));
  }
  const lost = SETTINGS.filter((setting) => !settings.includes(setting));
  if (lost.length > 0) {
    findings.push(failure(
      `The role ${ROLE} lacks ${listed(lost)}: a statement may hold a connection for minutes.`,
      `Run \`alter role ${ROLE} set …\` for each of them.`,
    ));
  }
  return findings;
}

export const role: Check = {
  name: "functions' role",
  about: "the role of the functions and its password",
  needs: ["database"],
  after: ["migrations", "functions", "connection"],
  async run({ sql, target, functions }) {
    const [row] = await sql<Role[]>`
      select r.rolcanlogin as can_login, r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb as is_strong,
        coalesce(r.rolvaliduntil < now(), false) as is_expired, to_json(coalesce(r.rolconfig, '{}')) as settings,
        (select extract(epoch from now() - max(w.taken_at))::float8 from ops.wake w) as seen_s
      from pg_roles r where r.rolname = ${ROLE}`;
    if (!row) return [failure(`The role ${ROLE} is missing.`, "Apply the migrations to this database.")];
    const findings = judgeRole(row);
    if (findings.length > 0) return findings;
    const setups = target.url ? (await functions()).flatMap(({ setup }) => setup ?? []) : [];
    const refusals = setups.filter(({ database }) => database.login === "refused");
    if (refusals.length > 0) {
      return [failure(
        `PostgreSQL or the pooler refuses the login of ${ROLE} (${refusals[0]?.database.code}).`,
        "Run `select ops.renew_edge_password()`, and store the new connection string as CARREL_DB_URL.",
      )];
    }
    if (setups.length > 0) return [ok(`The functions log in as ${ROLE}, with its time limits.`)];
    if (row.seen_s !== null && row.seen_s < 3600) {
      return [ok(`${ROLE} has its time limits, and logged in ${Math.ceil(row.seen_s / 60)} min ago.`)];
    }
    return [skipped("whether the password is right needs SUPABASE_SECRET_KEY")];
  },
};

/** Extra policies on a table of the platform that could open what Carrel keeps closed. */
interface Bucket {
  is_public: boolean;
  file_size_limit: number | null;
  mime_types: string[] | null;
  policies: string[];
}

/** A part of a bundle: at most 1 MiB of text. */
const LARGEST_FILE = 1024 * 1024;

export const bucket: Check = {
  name: "bucket",
  about: "the bucket of the bundles",
  needs: ["database"],
  after: ["migrations"],
  async run({ sql }) {
    const [found] = await sql<Bucket[]>`
      select b.public as is_public, b.file_size_limit::float8, to_json(b.allowed_mime_types) as mime_types,
        to_json(array(
          select p.policyname::text from pg_policies p
          where p.schemaname = 'storage' and p.tablename = 'objects' and p.permissive = 'PERMISSIVE'
            and (coalesce(p.qual, p.with_check) not like '%bucket_id%' or coalesce(p.qual, p.with_check) like '%''content''%'))) as policies
      from storage.buckets b where b.id = 'content'`;
    if (!found) {
      return [
        failure(
          "The bucket `content` is missing.",
          "Create it in the dashboard as a private bucket without limits.",
        ),
      ];
    }
    const findings: Finding[] = [];
    if (found.is_public) {
      findings.push(
        failure(
          "The bucket `content` is public.",
          "Run `update storage.buckets set public = false where id = 'content'`.",
        ),
      );
    }
    if (found.file_size_limit !== null && found.file_size_limit < LARGEST_FILE) {
      findings.push(
        failure("The bucket `content` refuses files of 1 MiB.", "Remove the bucket's file size limit."),
      );
    }
    if (found.mime_types !== null && !found.mime_types.includes("application/gzip")) {
      findings.push(
        failure("The bucket `content` refuses application/gzip.", "Remove the bucket's list of MIME types."),
      );
    }
    if (found.policies.length > 0) {
      findings.push(warning(
        `Policies on storage.objects may open the bucket \`content\`: ${listed(found.policies)}.`,
        "Limit each policy to its own bucket with a condition on `bucket_id`.",
      ));
    }
    return orOk(findings, "The bucket `content` is private, and takes the bundles' files.");
  },
};
