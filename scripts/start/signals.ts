// What an operator does once on hosted: tells the database where its own project's functions are.
import postgres from "postgres";

/**
 * Calls `ops.configure_signals()` where the project has it and it would change something: the address changes with
 * the port. Each call is audited, hence not at every start. `url` connects as postgres.
 */
export async function configureSignals(url: string, apiUrl: string): Promise<void> {
  const functionsUrl = `${apiUrl}/functions/v1`;
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [known] = await sql`select to_regprocedure('ops.configure_signals(text)') is not null as known`;
    if (!known?.known) return;
    const kept = await sql`
      select from vault.decrypted_secrets
      where name = 'carrel_functions_url' and decrypted_secret = ${functionsUrl}`;
    if (kept.length === 0) await sql`select ops.configure_signals(${functionsUrl})`;
  } finally {
    await sql.end();
  }
}
