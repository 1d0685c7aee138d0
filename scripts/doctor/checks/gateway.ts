// What the project's gateway says: its keys, its signing keys, which schemas it shows, and the clocks.
import { z } from "zod";
import { type Check, failure, type Finding, ok, skipped, warning } from "../check.ts";

const TIMEOUT_MS = 15_000;

/** An answer with its JSON; null where there is none. */
async function get(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: response.status, body: await response.json().catch(() => null) };
  } catch (error) {
    return { status: 0, body: { message: error instanceof Error ? error.name : "" } };
  }
}

export const gateway: Check = {
  name: "gateway",
  about: "the gateway and the Data API",
  needs: ["url", "publishableKey"],
  async run({ target }) {
    const headers = { apikey: target.publishableKey ?? "" };
    const settings = await get(`${target.url}/auth/v1/settings`, headers);
    if (settings.status === 401 || settings.status === 403) {
      return [
        failure("The project refuses the publishable key.", "Copy the key from the dashboard, API keys."),
      ];
    }
    if (settings.status !== 200) {
      return [
        failure(
          `Auth answers ${settings.status || "nothing"}.`,
          "Check the project's URL, and resume the project if it is paused.",
        ),
      ];
    }
    const hidden = await get(`${target.url}/rest/v1/question?select=id&limit=1`, {
      ...headers,
      "accept-profile": "content",
    });
    const code = z.object({ code: z.string() }).safeParse(hidden.body).data?.code;
    if (code === "PGRST106") {
      return [ok("The publishable key is accepted, and the Data API does not show Carrel's tables.")];
    }
    return [failure(
      `The Data API knows the schema \`content\` (${hidden.status}).`,
      "Leave `public` alone in the dashboard, Data API, exposed schemas.",
    )];
  },
};

const Jwks = z.object({ keys: z.array(z.object({ alg: z.string().optional(), kty: z.string() })) });

export const signing: Check = {
  name: "signing keys",
  about: "the keys that sign tokens",
  needs: ["url"],
  async run({ target, functions }) {
    const { status, body } = await get(`${target.url}/auth/v1/.well-known/jwks.json`);
    const jwks = Jwks.safeParse(body);
    if (status !== 200 || !jwks.success) {
      return [
        failure(
          `The signing keys can't be read (${status || "no answer"}).`,
          "Check the project's URL, and resume the project if it is paused.",
        ),
      ];
    }
    const methods = jwks.data.keys.filter(({ kty }) => kty !== "oct").map(({ alg, kty }) => alg ?? kty);
    if (methods.length > 0) return [ok(`Tokens are signed with ${[...new Set(methods)].join(", ")}.`)];
    const setups = (await functions()).flatMap(({ setup }) => setup ?? []);
    const cure = "Switch the project to signing keys in the dashboard, JWT keys, or store CARREL_JWT_SECRET.";
    if (setups.length > 0 && setups.every(({ secrets }) => secrets["CARREL_JWT_SECRET"])) {
      return [warning("Tokens are signed with the legacy secret (HS256), which the functions have.", cure)];
    }
    return [failure("Tokens are signed with the legacy secret (HS256), so the functions refuse them.", cure)];
  },
};

/** A device's clock is corrected by the server's; beyond this, times of events look wrong. */
const LATE_MS = 5_000;

export const clock: Check = {
  name: "clock",
  about: "the clocks",
  needs: ["database"],
  after: ["database"],
  async run({ sql, target, functions, now }) {
    const sent = now();
    const [row] = await sql<
      { at: number }[]
    >`select extract(epoch from clock_timestamp())::float8 * 1000 as at`;
    const databaseMs = (row?.at ?? 0) - (sent + now()) / 2;
    const answers = target.url ? await functions() : [];
    const offsets: [string, number][] = [["The database's clock", databaseMs]];
    for (const { slug, clockMs } of answers) {
      if (clockMs !== null) offsets.push([`The clock of ${slug}`, clockMs]);
    }
    const wrong: Finding[] = offsets.filter(([, ms]) => Math.abs(ms) > LATE_MS).map(([whose, ms]) =>
      warning(
        `${whose} is ${Math.abs(ms / 1000).toFixed(0)} s ${ms > 0 ? "ahead of" : "behind"} this machine's.`,
        "Set this machine's clock by NTP first, and ask the platform's support if the difference stays.",
      )
    );
    if (wrong.length > 0) return wrong;
    const most = Math.max(...offsets.map(([, ms]) => Math.abs(ms)));
    if (!Number.isFinite(most)) return [skipped("no clock was read")];
    return [
      ok(
        `${offsets.length === 1 ? "The database's clock is" : "Database and functions are"} within ${
          Math.ceil(most / 1000)
        } s of this machine.`,
      ),
    ];
  },
};
