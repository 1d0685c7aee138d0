// Who is signed in. The session is supabase-js's own: it is kept in this browser, and renewed by itself.
import { AuthClient, type Session as AuthSession } from "@supabase/auth-js";
import type { Config } from "./config.ts";

/** The roles that the console has sections for. */
export const STAFF_ROLES = ["admin", "instructor", "support"] as const;
/** One of them. */
export type StaffRole = typeof STAFF_ROLES[number];

/** A user as the token describes them. The database looks account and role up again at each call. */
export interface Caller {
  id: string;
  email: string;
  /** Null: a learner. */
  role: StaffRole | null;
}

/** How it stands. */
export type SessionState =
  | { kind: "unknown" }
  | { kind: "signed_out"; hasExpired: boolean }
  | { kind: "signed_in"; caller: Caller };

/** The session of this browser. */
export interface Session {
  state(): SessionState;
  /** Calls back after each change, until the function that it returns is called. */
  subscribe(changed: () => void): () => void;
  /** Gives null, or why not. */
  signIn(email: string, password: string): Promise<string | null>;
  signOut(): Promise<void>;
  /** The server has refused the token: the person has to sign in again. */
  expire(): Promise<void>;
  /** The token, renewed where it is about to end; null: signed out. */
  token(): Promise<string | null>;
}

function callerOf({ user }: AuthSession): Caller {
  const role: unknown = user.app_metadata.role;
  return { id: user.id, email: user.email ?? user.id, role: STAFF_ROLES.find((one) => one === role) ?? null };
}

/** Opens the session that this browser has kept, if any. */
export function createSession({ url, key }: Config): Session {
  const auth = new AuthClient({
    url: `${url}/auth/v1`,
    headers: { apikey: key },
    storageKey: `carrel-console-${new URL(url).host}`,
    detectSessionInUrl: false,
  });
  let state: SessionState = { kind: "unknown" };
  let isLeaving = false;
  const listeners = new Set<() => void>();
  auth.onAuthStateChange((event, session) => {
    const wasIn = state.kind === "signed_in" || (state.kind === "signed_out" && state.hasExpired);
    if (session) {
      const caller = callerOf(session);
      // A renewed token changes nothing that is drawn, unless account or role have changed.
      if (state.kind === "signed_in" && JSON.stringify(state.caller) === JSON.stringify(caller)) return;
      state = { kind: "signed_in", caller };
    } else {
      state = { kind: "signed_out", hasExpired: event === "SIGNED_OUT" && wasIn && !isLeaving };
    }
    isLeaving = false;
    listeners.forEach((changed) => changed());
  });
  return {
    state: () => state,
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    async signIn(email, password) {
      const { error } = await auth.signInWithPassword({ email, password });
      if (!error) return null;
      // Without the code, which a browser sees only where Auth exposes the header of its version.
      if (error.code === "invalid_credentials" || error.message === "Invalid login credentials") {
        return "E-mail address or password is wrong.";
      }
      if (error.status === undefined || error.status === 0) return "No answer from the server. Try again.";
      return error.message;
    },
    async signOut() {
      isLeaving = true;
      await auth.signOut({ scope: "local" });
    },
    async expire() {
      await auth.signOut({ scope: "local" });
    },
    async token() {
      const { data } = await auth.getSession();
      return data.session?.access_token ?? null;
    },
  };
}
