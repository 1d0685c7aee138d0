// What an operator does once on hosted: tells the database where its own project's functions are.
import postgres from "postgres";

/**
 * Calls `ops.configure_signals()` where the project has it and it would change something: the address changes with
 * the port. Each call is audited, hence not at every start. `url` connects as postgres.
 */
export async function configureSignals(url: string, apiUrl: string, secretKey: string): Promise<void> {
  const functionsUrl = `${apiUrl}/functions/v1`;
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [known] =
      await sql`select to_regprocedure('ops.configure_signals(text, text)') is not null as known`;
    if (!known?.known) return;
    const kept = await sql`
      select from vault.decrypted_secrets
      where (name, decrypted_secret) in (('carrel_functions_url', ${functionsUrl}), ('carrel_functions_key', ${secretKey}))`;
    if (kept.length < 2) await sql`select ops.configure_signals(${functionsUrl}, ${secretKey})`;
  } finally {
    await sql.end();
  }
}
