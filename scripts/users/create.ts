// `npm run users:create`: a user for each role on the local Supabase, to sign in with while developing.
import { parseArgs } from "node:util";
import { ConfigError } from "../local/config.ts";
import { type CreatedUser, createUsers, UserRefused } from "./create_users.ts";
import { resolveTarget, TargetRefused } from "./target.ts";

const USAGE = `npm run users:create -- [options]
  --password TEXT  the password of all users; by default each gets a random one
  --json           print the users as JSON
  --help           this text
One user for each role (learner, instructor, support, admin) on the local Supabase; users that are there get a new
password. SUPABASE_URL and SUPABASE_SECRET_KEY name another local one than that of \`npm start\`.`;

/** An option that can't be used. */
class UsageError extends Error {}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { "password": { type: "string" }, "json": { type: "boolean" }, "help": { type: "boolean" } },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${error.message}\n\n${USAGE}`);
  }
}

function renderUsers(users: CreatedUser[]): string {
  const width = Math.max(...users.map(({ email }) => email.length));
  return users.map(({ email, password, created }) =>
    `${email.padEnd(width)}  ${password}${created ? "" : "  (was there; new password)"}`
  ).join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const { password, json, help } = parseOptions(args);
    if (help) {
      console.log(USAGE);
      return 0;
    }
    const users = await createUsers(await resolveTarget(Deno.env.toObject()), password);
    console.log(json ? JSON.stringify(users) : renderUsers(users));
    return 0;
  } catch (error) {
    const known = [UsageError, ConfigError, TargetRefused, UserRefused].some((kind) => error instanceof kind);
    if (!known || !(error instanceof Error)) throw error;
    console.error(error.message);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
