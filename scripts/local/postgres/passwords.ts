// Passwords of login roles that migrations make: on hosted an operator sets them, here they are the local one.
import postgres from "postgres";
import { LOCAL_PASSWORD } from "./url.ts";

/**
 * Gives each login role that has no password the local one. `adminUrl` connects as supabase_admin, which alone may
 * see who has one.
 */
export async function setLocalPasswords(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1 });
  try {
    const roles = await sql<{ name: string }[]>`
      select quote_ident(rolname) as name from pg_catalog.pg_authid where rolcanlogin and rolpassword is null`;
    for (const { name } of roles) await sql.unsafe(`alter role ${name} password '${LOCAL_PASSWORD}'`);
  } finally {
    await sql.end();
  }
}
