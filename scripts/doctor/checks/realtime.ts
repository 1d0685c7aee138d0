// Do hints get out, and does only who may listen hear them?
import type postgres from "postgres";
import { type Check, failure, type Finding, listed, orOk, warning } from "../check.ts";

interface Policies {
  is_protected: boolean;
  /** Of Carrel's policy: for whom. */
  roles: string[] | null;
  others: string[];
}

/** Ends a transaction whose only purpose was to try something. */
class Tried extends Error {}

/** Sends a hint in a transaction that is rolled back: whether Realtime would have got it. */
async function canSend(sql: postgres.Sql): Promise<boolean> {
  let isStored = false;
  await sql.begin(async (tx) => {
    await tx`select private.broadcast('carrel:doctor', 'doctor', '{}')`;
    const [row] = await tx`
      select exists (select from realtime.messages m where m.topic = 'carrel:doctor') as stored`;
    isStored = row?.stored === true;
    throw new Tried();
  }).catch((error) => {
    if (!(error instanceof Tried)) throw error;
  });
  return isStored;
}

export const realtime: Check = {
  name: "realtime",
  about: "Realtime's policies, and whether a hint can be sent",
  needs: ["database"],
  after: ["migrations", "limits"],
  async run({ sql }) {
    const [found] = await sql<Policies[]>`
      select c.relrowsecurity as is_protected,
        (select to_json(p.roles) from pg_policies p
         where p.schemaname = 'realtime' and p.tablename = 'messages' and p.policyname = 'messages_select_carrel' and p.cmd = 'SELECT') as roles,
        to_json(array(
          select p.policyname::text from pg_policies p
          where p.schemaname = 'realtime' and p.tablename = 'messages' and p.permissive = 'PERMISSIVE'
            and p.policyname <> 'messages_select_carrel' and coalesce(p.qual, p.with_check) not like '%topic%')) as others
      from pg_class c where c.oid = 'realtime.messages'::regclass`;
    const findings: Finding[] = [];
    if (!found?.is_protected) {
      findings.push(failure(
        "realtime.messages has no row level security, so everybody hears every channel.",
        "Restart the project, or ask the platform's support: the table is the platform's.",
      ));
    }
    if (found?.roles?.join() !== "authenticated") {
      findings.push(failure(
        "The policy messages_select_carrel is missing or changed, so devices are refused on their channels.",
        "Create the policy again as in supabase/schemas/50_deliver/release_hints.sql.",
      ));
    }
    if (found && found.others.length > 0) {
      findings.push(warning(
        `Policies on realtime.messages that do not look at the topic may open Carrel's channels: ${
          listed(found.others)
        }.`,
        "Limit each policy to its own topics with `realtime.topic()`.",
      ));
    }
    if (!await canSend(sql)) {
      findings.push(failure(
        "A hint can't be sent: realtime.send() only gives a warning.",
        "Open a Realtime channel in the dashboard once, which creates the missing partitions of realtime.messages.",
      ));
    }
    return orOk(
      findings,
      "Hints can be sent, and learners hear the private channels `content` and their own.",
    );
  },
};
