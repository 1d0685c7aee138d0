// Who studies. The learner is remembered here, because a session may expire during weeks without a network.
/// <reference lib="dom" />
import { createClient } from "@supabase/supabase-js";

declare global {
  interface ImportMeta {
    readonly env: { readonly VITE_SUPABASE_URL: string; readonly VITE_SUPABASE_KEY: string };
  }
}

export const url = import.meta.env.VITE_SUPABASE_URL;
export const publishableKey = import.meta.env.VITE_SUPABASE_KEY;
export const supabase = createClient(url, publishableKey);

const LEARNER = "learner";

/** The learner's id. Only the first visit needs a network: it makes an anonymous user. One tab at a time, or there would be two. */
export function signIn(): Promise<string> {
  return navigator.locks.request("sign-in", async () => {
    const known = localStorage.getItem(LEARNER);
    if (known) return known;
    const { data, error } = await supabase.auth.signInAnonymously();
    if (error || !data.user) throw error ?? new Error("nobody is signed in");
    localStorage.setItem(LEARNER, data.user.id);
    return data.user.id;
  });
}

/** The access token. Throws without a network; the device then tries again later. */
export async function getToken({ refused }: { refused: boolean }): Promise<string | null> {
  const { data, error } = refused ? await supabase.auth.refreshSession() : await supabase.auth.getSession();
  if (error) throw error;
  return data.session?.access_token ?? null;
}
