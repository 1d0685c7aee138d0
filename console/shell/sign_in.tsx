// The pages of people who are not in: sign in, and the refusal of accounts without a role.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Caller, Session } from "../data/session.ts";
import { Field } from "../parts/field.tsx";

/** Asks for address and password. */
export function SignIn({ session, hasExpired }: { session: Session; hasExpired: boolean }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = "Sign in · Carrel console";
    if (hasExpired) heading.current?.focus();
  }, [hasExpired]);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    const refused = await session.signIn(email.trim(), password);
    setBusy(false);
    setProblem(refused);
  };
  return (
    <main class="alone">
      <h1 tabIndex={-1} ref={heading}>Carrel console</h1>
      {hasExpired && <p class="note">Your session has ended. Sign in again to go on where you were.</p>}
      <form onSubmit={submit}>
        <Field
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          value={email}
          onValue={setEmail}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onValue={setPassword}
        />
        {problem && <p class="problem" role="alert">{problem}</p>}
        <button type="submit" class="main" disabled={isBusy}>{isBusy ? "Signing in …" : "Sign in"}</button>
      </form>
    </main>
  );
}

/** A learner has no business here; says so, and lets them leave. */
export function NoRole({ session, caller }: { session: Session; caller: Caller }) {
  useEffect(() => {
    document.title = "No access · Carrel console";
  }, []);
  return (
    <main class="alone">
      <h1>No access</h1>
      <p role="alert">
        The account {caller.email}{" "}
        has no role for the console. An administrator can give it the role instructor, support or admin.
      </p>
      <button type="button" class="main" onClick={() => void session.signOut()}>Sign out</button>
    </main>
  );
}
