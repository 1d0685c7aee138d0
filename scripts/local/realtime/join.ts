// What a client asks for when it joins a channel.
import { z } from "zod";

/** A request that is refused, with the reason that the client is shown: `<Code>: <sentence>`. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** Replay gives this many messages where the client names no limit, and never more than the maximum. */
const REPLAY_DEFAULT = 10;
const REPLAY_MAXIMUM = 25;

const joinSchema = z.object({
  config: z.object({
    private: z.boolean().nullish(),
    broadcast: z.object({
      ack: z.boolean().nullish(),
      self: z.boolean().nullish(),
      replication_ready: z.boolean().nullish(),
      replay: z.object({
        since: z.int().nonnegative(),
        limit: z.int().nullish(),
      }).nullish(),
    }).nullish(),
    presence: z.object({ enabled: z.boolean().nullish() }).nullish(),
    postgres_changes: z.array(z.unknown()).nullish(),
  }).nullish(),
  access_token: z.string().nullish(),
});

/** A channel's settings. */
export interface ChannelConfig {
  private: boolean;
  /** Answer each broadcast of the client. */
  ack: boolean;
  /** Send the client its own broadcasts too. */
  self: boolean;
  /** Say when messages of the database begin to arrive. */
  tellReady: boolean;
  /** Milliseconds since 1970, and how many. */
  replay?: { since: number; limit: number };
}

/** A join that can be served here. */
export interface JoinRequest {
  config: ChannelConfig;
  /** The bearer's own token; undefined where only an API key is known. */
  token?: string;
}

/** The token in a client's message; an API key (`sb_…`) stands for the connection's own token, on hosted too. */
export function ownToken(text: string | null | undefined): string | undefined {
  return text && !text.startsWith("sb_") ? text : undefined;
}

/** Reads a join's payload; throws Refused. */
export function readJoin(payload: unknown): JoinRequest {
  const parsed = joinSchema.safeParse(payload);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const replay = issue?.path[2] === "replay";
    throw new Refused(
      replay
        ? "UnableToReplayMessages: Replay params are not valid"
        : `InvalidJoinPayload: ${issue?.path.join(".")}: ${issue?.message}`,
    );
  }
  const { config, access_token: token } = parsed.data;
  const { broadcast, presence, postgres_changes: changes } = config ?? {};
  if (presence?.enabled) throw new Refused("NotImplemented: Presence is not part of the local stack");
  if (changes?.length) throw new Refused("NotImplemented: Postgres Changes are not part of the local stack");
  const replay = broadcast?.replay;
  if (replay && !config?.private) {
    throw new Refused("UnableToReplayMessages: Replay is not allowed for public channels");
  }
  return {
    token: ownToken(token),
    config: {
      private: config?.private ?? false,
      ack: broadcast?.ack ?? false,
      self: broadcast?.self ?? false,
      tellReady: broadcast?.replication_ready ?? false,
      replay: replay
        ? {
          since: replay.since,
          limit: Math.min(Math.max(replay.limit ?? REPLAY_DEFAULT, 1), REPLAY_MAXIMUM),
        }
        : undefined,
    },
  };
}
