// Are the functions deployed from this checkout, do they have their secrets, and how do they reach the database?
import { BUILDS } from "../../../supabase/functions/_shared/build.gen.ts";
import {
  type Check,
  failure,
  type Finding,
  type FunctionAnswer,
  listed,
  ok,
  orOk,
  skipped,
  warning,
} from "../check.ts";

/** Why the version of some functions is not known, with the cure. */
interface Reason {
  /** Before the functions' names. */
  says: string;
  cure: string;
}

const DEPLOY = "Deploy them: `npx supabase functions deploy`.";

/** Why a function's version is not known; undefined where it is known. */
function reasonOf({ status, code, build }: FunctionAnswer): Reason | undefined {
  if (build !== null) return undefined;
  if (status === 404 && code === "NOT_FOUND") return { says: "Not deployed", cure: DEPLOY };
  if (status === 401 && code !== "unauthenticated") {
    return {
      says: "The platform asks for a token before it calls them, because verify_jwt is on",
      cure: "Deploy them from this checkout, whose supabase/config.toml switches verify_jwt off.",
    };
  }
  if ([401, 403, 404].includes(status)) {
    return { says: "They do not tell their version, so they are older", cure: DEPLOY };
  }
  if (status === 0) {
    return { says: `Not reached (${code})`, cure: "Check the project's URL and this machine's network." };
  }
  return {
    says: `They answer ${status}${code ? ` ${code}` : ""}`,
    cure: "See their log in the dashboard, and the platform's status page.",
  };
}

/** One finding for each reason. */
function unknownVersions(answers: readonly FunctionAnswer[]): Finding[] {
  const reasons = new Map<string, Reason & { slugs: string[] }>();
  for (const answer of answers) {
    const reason = reasonOf(answer);
    if (!reason) continue;
    const known = reasons.get(reason.says) ?? { ...reason, slugs: [] };
    reasons.set(reason.says, known);
    known.slugs.push(answer.slug);
  }
  return [...reasons.values()].map(({ says, cure, slugs }) => failure(`${says}: ${listed(slugs)}.`, cure));
}

export const functions: Check = {
  name: "functions",
  about: "the functions and their versions",
  needs: ["url"],
  async run(context) {
    const answers = await context.functions();
    const findings = unknownVersions(answers);
    const builds: Readonly<Record<string, string>> = BUILDS;
    const others = answers.filter(({ slug, build }) => build !== null && build !== builds[slug]);
    if (others.length > 0) {
      findings.push(failure(
        `Deployed from another source than this checkout: ${listed(others.map(({ slug }) => slug))}.`,
        "Deploy the functions after the migrations: `npx supabase functions deploy`.",
      ));
    }
    return orOk(findings, `${answers.length} functions answer, deployed from this source.`);
  },
};

/** What a check of set-ups needs, when no function told its own. */
const NO_SETUP = "no function told its set-up: SUPABASE_SECRET_KEY is not a key that the functions know";

const setupsOf = (answers: readonly FunctionAnswer[]) =>
  answers.flatMap(({ slug, setup }) => setup ? [{ slug, ...setup }] : []);

export const secrets: Check = {
  name: "secrets",
  about: "the secrets of the functions",
  needs: ["url", "secretKey"],
  after: ["functions"],
  async run(context) {
    const setups = setupsOf(await context.functions());
    if (setups.length === 0) return [skipped(NO_SETUP)];
    const without = setups.filter(({ secrets }) => !secrets["CARREL_DB_URL"]).map(({ slug }) => slug);
    if (without.length > 0) {
      return [failure(
        `CARREL_DB_URL is missing in ${listed(without)}.`,
        "Store the connection string of carrel_edge: `npx supabase secrets set CARREL_DB_URL=…`.",
      )];
    }
    const [first] = setups;
    if (!context.target.isLocal && first?.secrets["CARREL_WEBHOOK_ALLOW_LOOPBACK"]) {
      return [warning(
        "CARREL_WEBHOOK_ALLOW_LOOPBACK is set, which is for tests on one machine.",
        "Remove it: `npx supabase secrets unset CARREL_WEBHOOK_ALLOW_LOOPBACK`.",
      )];
    }
    const names = Object.entries(first?.secrets ?? {}).map(([name, isSet]) =>
      `${name} ${isSet ? "set" : "not set"}`
    );
    return [ok(`${names.join(", ")}.`)];
  },
};

export const connection: Check = {
  name: "connection",
  about: "how the functions reach the database",
  needs: ["url", "secretKey"],
  after: ["functions", "secrets"],
  async run(context) {
    const setups = setupsOf(await context.functions());
    const [first] = setups;
    if (!first) return [skipped(NO_SETUP)];
    const { server, role, tls } = first.database;
    const findings: Finding[] = [];
    if (server === "invalid") {
      return [
        failure(
          "CARREL_DB_URL is no address.",
          "Store it again, with special characters of the password escaped.",
        ),
      ];
    }
    const isHere = tls === "none";
    if (server !== "transaction pooler" && !isHere) {
      findings.push(failure(
        `The functions connect to the ${server}, where each isolate holds its connections.`,
        "Store the transaction pooler's address, port 6543, as CARREL_DB_URL.",
      ));
    }
    if (isHere && !context.target.isLocal) {
      findings.push(
        failure(
          "The functions connect to their own machine.",
          "Store the transaction pooler's address as CARREL_DB_URL.",
        ),
      );
    }
    if (role !== "carrel_edge") {
      findings.push(
        failure(
          "The functions connect as another role than carrel_edge.",
          "Store the connection string of carrel_edge as CARREL_DB_URL.",
        ),
      );
    }
    const lost = setups.filter(({ database }) => database.login === "unreachable");
    if (lost.length > 0) {
      const code = lost[0]?.database.code ?? "";
      findings.push(failure(
        `The database is not reached by ${listed(lost.map(({ slug }) => slug))}${code ? ` (${code})` : ""}.`,
        "Check host and port of CARREL_DB_URL; `docs/runbook.md#the-functions-answer-503` has the causes.",
      ));
    }
    return orOk(
      findings,
      isHere ? "Directly, on this machine." : `Through the ${server}, with TLS (${tls}).`,
    );
  },
};
