// What the local stack runs with: supabase/config.toml, and the settings of one run.
import { parse as parseToml } from "@std/toml/parse";
import { join } from "node:path";
import { z } from "zod";
import type { FunctionsMode } from "./functions/isolate/isolate.ts";
import { UserError } from "./user_error.ts";

/** The project that is served. */
export interface Project {
  /** Holds config.toml, migrations, seed.sql and functions. */
  supabaseFolder: string;
  /** What Edge Functions find in their environment unless their secrets say otherwise. */
  functionEnv?: (databaseUrl: (role: string) => string) => Record<string, string>;
  /** Sees every answer of a throw-away stack, and may replace it: a test then fails that meets an answer which must not be. */
  inspect?: Inspect;
}

/** Looks at an answer to a request. */
export type Inspect = (request: { method: string; path: string }, response: Response) => Promise<Response>;

/** How one Edge Function is configured in config.toml; hosted's default is to verify tokens. */
export interface FunctionConfig {
  enabled: boolean;
  verifyJwt: boolean;
}

/** What supabase/config.toml says about the parts that the local stack has. */
export interface ProjectConfig {
  projectId: string;
  apiPort: number;
  databasePort: number;
  functions: ReadonlyMap<string, FunctionConfig>;
}

/** Settings of one run. */
export interface StackConfig extends ProjectConfig {
  functionsMode: FunctionsMode;
  /** Isolates of each function in child mode. */
  isolates: number;
  /** Where database and keys lie. */
  dataFolder: string;
  /** The functions' secrets, where not supabase/functions/.env. */
  envFile?: string;
}

const port = z.number().int().min(1).max(65_535);
const TomlSchema = z.object({
  project_id: z.string().min(1),
  api: z.object({ port: port.default(54321) }).prefault({}),
  db: z.object({ port: port.default(54322), major_version: z.literal(17) }),
  functions: z.record(
    z.string(),
    z.object({ enabled: z.boolean().default(true), verify_jwt: z.boolean().default(true) }),
  ).default({}),
});

/** Reads the text of a config.toml; `source` names it in messages. */
export function parseProjectConfig(text: string, source: string): ProjectConfig {
  let raw: unknown;
  try {
    raw = parseToml(text);
  } catch (error) {
    throw new UserError(`${source} is not valid TOML: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = TomlSchema.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new UserError(`${source} can't be used:\n${problems.join("\n")}`);
  }
  const { project_id, api, db, functions } = parsed.data;
  return {
    projectId: project_id,
    apiPort: api.port,
    databasePort: db.port,
    functions: new Map(
      Object.entries(functions).map(([slug, f]) => [slug, { enabled: f.enabled, verifyJwt: f.verify_jwt }]),
    ),
  };
}

/** Reads config.toml of a project's Supabase folder. */
export async function readProjectConfig(
  { supabaseFolder }: Pick<Project, "supabaseFolder">,
): Promise<ProjectConfig> {
  return parseProjectConfig(
    await Deno.readTextFile(join(supabaseFolder, "config.toml")),
    "supabase/config.toml",
  );
}
