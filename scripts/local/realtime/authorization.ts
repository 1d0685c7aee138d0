// Asks the project's own policies on realtime.messages whether a client may read from or write to a topic.
//
// As hosted does, by trying it inside a transaction that is rolled back: a row with nothing but topic and
// extension, seen (read) or inserted (write) as the client's role, with its claims and `realtime.topic()` set.
import type { Sql, TransactionSql } from "postgres";
import postgres from "postgres";
import { transaction } from "../postgres/transaction.ts";
import type { Token } from "./token.ts";

/** Decides about private topics. */
export interface Authorizer {
  canRead(topic: string, token: Token): Promise<boolean>;
  canWrite(topic: string, token: Token): Promise<boolean>;
}

const INSUFFICIENT_PRIVILEGE = "42501";

/** Carries an answer out of a transaction that must not be committed. */
class RolledBack {
  constructor(readonly answer: boolean) {}
}

async function probe(sql: Sql, ask: (tx: TransactionSql) => Promise<boolean>): Promise<boolean> {
  try {
    return await transaction(sql, async (tx) => {
      throw new RolledBack(await ask(tx));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.answer;
    throw error;
  }
}

async function become(tx: TransactionSql, topic: string, token: Token): Promise<void> {
  await tx`
    select set_config('role', ${token.role}, true),
           set_config('realtime.topic', ${topic}, true),
           set_config('request.jwt.claims', ${JSON.stringify(token.claims)}, true),
           set_config('request.jwt.claim.sub', ${token.claims.sub ?? ""}, true),
           set_config('request.jwt.claim.role', ${token.role}, true),
           set_config('request.headers', '{}', true)`;
}

/** `sql` connects as the owner of realtime.messages. Policies that fail are told to `log` and count as a refusal. */
export function createAuthorizer(sql: Sql, log: (line: string) => void): Authorizer {
  async function decide(topic: string, ask: (tx: TransactionSql) => Promise<boolean>): Promise<boolean> {
    try {
      return await probe(sql, ask);
    } catch (error) {
      if (!(error instanceof postgres.PostgresError)) throw error;
      const refused = error.code === INSUFFICIENT_PRIVILEGE && error.message.includes("row-level security");
      if (!refused) {
        log(`A policy on realtime.messages failed for topic ${topic}: ${error.message} (${error.code})`);
      }
      return false;
    }
  }

  return {
    canRead: (topic, token) =>
      decide(topic, async (tx) => {
        const id = crypto.randomUUID();
        await tx`insert into realtime.messages (id, topic, extension) values (${id}, ${topic}, 'broadcast')`;
        await become(tx, topic, token);
        const seen = await tx`select from realtime.messages where id = ${id}`;
        return seen.count === 1;
      }),

    canWrite: (topic, token) =>
      decide(topic, async (tx) => {
        await become(tx, topic, token);
        await tx`insert into realtime.messages (topic, extension) values (${topic}, 'broadcast')`;
        return true;
      }),
  };
}
