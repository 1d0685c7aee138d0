// Is the database reached, as whom, and are all migrations of this checkout in it?
import { migrationFiles } from "../../local/postgres/migrations.ts";
import { SUPABASE_FOLDER } from "../../start/project.ts";
import { type Check, failure, type Finding, listed, ok, orOk, warning } from "../check.ts";

/** Of hosted projects and of the local server. */
const MAJOR_VERSION = 17;

interface Session {
  major: number;
  version: string;
  role: string;
  may_see_all: boolean;
}

function judge({ major, version, role, may_see_all }: Session): Finding[] {
  const findings: Finding[] = [];
  if (major < MAJOR_VERSION) {
    findings.push(warning(
      `PostgreSQL ${version} is older than the version that Carrel is tested with (${MAJOR_VERSION}).`,
      "Upgrade the project, after `select ops.expect_upgrade()`.",
    ));
  }
  if (!may_see_all) {
    findings.push(failure(
      `The role ${role} does not see all rows.`,
      "Give the connection string of the role postgres.",
    ));
  }
  return orOk(findings, `PostgreSQL ${version}, connected as ${role}.`);
}

export const database: Check = {
  name: "database",
  about: "the database",
  needs: ["database"],
  async run({ sql }) {
    try {
      const [session] = await sql<Session[]>`
        select current_setting('server_version_num')::integer / 10000 as major, split_part(version(), ' ', 2) as version,
          current_user as role, r.rolsuper or r.rolbypassrls as may_see_all
        from pg_roles r where r.rolname = current_user`;
      return session ? judge(session) : [];
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      return [failure(
        `The database is not reached (${error.code}).`,
        "Check host, port and password of the connection string; a paused project is resumed in the dashboard.",
      )];
    }
  },
};

/** Blanks and semicolons aside, since the CLI keeps statements and not files. */
const essence = (text: string) => text.replaceAll(/[\s;]+/g, "");

export const migrations: Check = {
  name: "migrations",
  about: "the migrations",
  needs: ["database"],
  after: ["database"],
  async run({ sql }) {
    const [found] =
      await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as known`;
    const applied = found?.known
      ? await sql<{ version: string; statements: string[] | null }[]>`
          select version, to_json(statements) as statements from supabase_migrations.schema_migrations order by version`
      : [];
    const files = new Map(
      (await migrationFiles(SUPABASE_FOLDER)).map((file) => [file.name.slice(0, 14), file]),
    );
    const versions = new Set(applied.map(({ version }) => version));
    const findings: Finding[] = [];
    const missing = [...files].filter(([version]) => !versions.has(version)).map(([, { name }]) => name);
    if (missing.length > 0) {
      findings.push(failure(`Not applied: ${listed(missing)}.`, "Apply them with `npx supabase db push`."));
    }
    const unknown = applied.filter(({ version }) => !files.has(version)).map(({ version }) => version);
    if (unknown.length > 0) {
      findings.push(failure(
        `Applied, and not in this checkout: ${listed(unknown)}.`,
        "Use the checkout that the project was deployed from, or a newer one.",
      ));
    }
    const changed = applied.flatMap(({ version, statements }) => {
      const file = files.get(version);
      return file && statements && essence(statements.join("")) !== essence(file.text) ? [file.name] : [];
    });
    if (changed.length > 0) {
      findings.push(failure(
        `Applied with another text than this checkout has: ${listed(changed)}.`,
        "Use the checkout that the project was deployed from; until version 1.0 a rewritten migration needs a new project.",
      ));
    }
    return orOk(findings, `${files.size} migrations, as in this checkout.`);
  },
};

interface Extension {
  name: string;
  schema: string | null;
  version: string | null;
  newest: string | null;
}

/** What the migrations create, and where. */
const EXTENSIONS = new Map([["pg_cron", "pg_catalog"], ["pg_net", "extensions"], [
  "supabase_vault",
  "vault",
]]);
/** Jobs run every few seconds, which an older pg_cron does not know. */
const LEAST_CRON = [1, 5] as const;

function judgeExtension({ name, schema, version }: Extension, wanted: string): Finding[] {
  if (version === null) {
    return [
      failure(
        `The extension ${name} is missing.`,
        `Enable ${name} in the dashboard, or create it in the schema ${wanted}.`,
      ),
    ];
  }
  if (schema !== wanted && name !== "pg_net") {
    return [failure(
      `The extension ${name} is in the schema ${schema}, not in ${wanted}.`,
      `Drop the extension, and create it in the schema ${wanted}.`,
    )];
  }
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (name === "pg_cron" && (major < LEAST_CRON[0] || major === LEAST_CRON[0] && minor < LEAST_CRON[1])) {
    return [
      failure(`pg_cron ${version} has no schedules in seconds.`, "Update the extension to 1.5 or newer."),
    ];
  }
  return [];
}

export const extensions: Check = {
  name: "extensions",
  about: "the extensions",
  needs: ["database"],
  after: ["database"],
  async run({ sql }) {
    const rows = await sql<Extension[]>`
      select w.name, n.nspname as schema, e.extversion as version, a.default_version as newest
      from unnest(${`{${[...EXTENSIONS.keys()].join()}}`}::text::text[]) w (name)
      left join pg_extension e on e.extname = w.name
      left join pg_namespace n on n.oid = e.extnamespace
      left join pg_available_extensions a on a.name = w.name`;
    const findings = rows.flatMap((row) => judgeExtension(row, EXTENSIONS.get(row.name) ?? ""));
    if (findings.length > 0) return findings;
    const text = ({ name, version, newest }: Extension) =>
      newest === version ? `${name} ${version}` : `${name} ${version} (${newest} is available)`;
    return [ok(`${rows.map(text).join(", ")}.`)];
  },
};
