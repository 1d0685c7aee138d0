// Who takes part: a learner with two devices, an instructor and somebody of support, all signed in for real.
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { createUsers, type Role } from "../users/create_users.ts";
import type { Stack } from "../local/stack.ts";

/** Somebody who is signed in. */
export interface Person {
  id: string;
  client: SupabaseClient;
  /** A valid access token. */
  token(): Promise<string>;
}

async function signIn(stack: Stack, email: string, password: string): Promise<Person> {
  const client = createClient(stack.apiUrl, stack.publishableKey, { auth: { persistSession: false } });
  const { data, error } = await client.auth.signInWithPassword({ email, password });
  if (error) throw error;
  const token = async () => {
    const { data: { session } } = await client.auth.getSession();
    if (!session) throw new Error(`${email} is signed out`);
    return session.access_token;
  };
  return { id: data.user.id, client, token };
}

/** One person for each role. */
export async function assemble(stack: Stack): Promise<Record<Role, Person>> {
  const users = await createUsers({ apiUrl: stack.apiUrl, secretKey: stack.secretKey });
  const person = async (role: Role) => {
    const user = users.find((u) => u.role === role);
    if (!user) throw new Error(`there is no ${role}`);
    return await signIn(stack, user.email, user.password);
  };
  return {
    learner: await person("learner"),
    instructor: await person("instructor"),
    support: await person("support"),
    admin: await person("admin"),
  };
}
