// Soft deletion: the row stays for what refers to it, without anything personal in it.
import type { Database } from "./context.ts";
import { endSessions } from "./sessions.ts";
import { changeUser, type User } from "./users.ts";

// Unique per user and not reversible, so the address is free for a new user.
async function obfuscate(userId: string, value: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(userId + value));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Blanks the user and their identities as hosted does, and ends their sessions. */
export async function softDelete(sql: Database, user: User): Promise<void> {
  if (user.deleted_at !== null) return;
  await changeUser(sql, user.id, {
    email: await obfuscate(user.id, user.email ?? ""),
    phone: (await obfuscate(user.id, user.phone ?? "")).slice(0, 15),
    passwordHash: null,
    appMetadata: {},
    userMetadata: {},
    deletedAt: new Date(),
  });
  for (const identity of user.identities) {
    const providerId = await obfuscate(user.id, `${identity.provider}:${identity.provider_id}`);
    await sql`
      update auth.identities set identity_data = '{}', provider_id = ${providerId}, updated_at = now()
      where id = ${identity.id}`;
  }
  await endSessions(sql, user.id);
}
