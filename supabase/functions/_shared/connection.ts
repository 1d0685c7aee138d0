// How the functions connect: with the role carrel_edge, without prepared statements, for the transaction pooler.
import postgres from "postgres";

/** 127.0.0.0/8 and the names of this machine. An IPv6 address has brackets in a URL. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * The address with TLS, except on this machine. postgres.js would connect in clear, and so send queries and answers over the
 * network. `sslmode=verify-full` stays. Any other mode, `disable` included, becomes `require`. Throws `TypeError` for what is
 * no address.
 */
export function withTls(url: string): string {
  const address = new URL(url);
  const { hostname, searchParams } = address;
  if (LOOPBACK.test(hostname)) return url;
  if (searchParams.get("sslmode") !== "verify-full") searchParams.set("sslmode", "require");
  return address.href;
}

/** Connects on first use. `max` is the number of connections. */
export function connect(url: string, application: string, max: number): postgres.Sql {
  return postgres(withTls(url), {
    prepare: false,
    max,
    idle_timeout: 20,
    connect_timeout: 5,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: application },
  });
}
