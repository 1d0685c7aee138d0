// What the head of each generated migration says beyond its statements. One entry for each folder below supabase/schemas.

/** An area of the SQL sources. */
export interface Area {
  /** What the migration adds. */
  what: string;
  /** What it is for. */
  why: string;
  /** Locks on tables that were there before; none by default, since nobody waits for a table that is new. */
  locks?: string;
  /** Statements that undo what is not undone by dropping what the sources create; they come first. */
  undoBefore?: string[];
  /** The same; they come last. */
  undoAfter?: string[];
}

/** The areas by folder. */
export const AREAS: Record<string, Area> = {
  "10_platform": {
    what: "schemas, roles, errors, audit, history, scheduled jobs, and calls of Edge Functions.",
    why: "every other area stands on these.",
    undoAfter: [
      "-- A project from before 30 May 2026: restore its default privileges in the schema public.",
      "drop schema content, learner, ops, private",
      "alter default privileges grant execute on functions to public",
      "do $$ begin execute format('revoke temporary on database %I from carrel_definer', current_database()); " +
      "execute format('grant temporary on database %I to public', current_database()); end $$",
      "drop role carrel_edge, carrel_definer",
      "drop extension pg_cron, pg_net",
    ],
  },
  "20_content": {
    what: "drafts of the curriculum, question types, releases with their revisions, and the head.",
    why: "a device can receive the exact state of any version (C1, C2).",
  },
  "30_publish": {
    what: "publishing, previews, roll-backs and schedules.",
    why: "all drafts become one version, or none does (C5).",
  },
  "40_ledger": {
    what:
      "the learners, their devices, the ledger of events, telemetry, quarantine, and what steers clients.",
    why: "an event that a device has handed in is kept exactly once (U1, U3).",
  },
  "50_deliver": {
    what: "pages, manifests, bundles, hints, reports and compaction.",
    why: "a device fetches what has changed since its version, and nothing else (C1, C3).",
    locks:
      "`realtime.messages` and `storage.objects` exclusively, for the moment that a new policy takes. Realtime's joins and downloads wait for it.",
    undoBefore: [
      "-- Empty the buckets `content` and `media` through the Storage API first: a file outlives its row.",
      "set local storage.allow_delete_query = 'true'",
      "delete from storage.buckets where id in ('content', 'media')",
    ],
  },
  "60_progress": {
    what: "sessions, attempts, progress and practice as projections of the ledger, with rebuild and check.",
    why: "progress is a function of the ledger, so it can be made again (I6).",
  },
  "70_ingest": {
    what: "reading, checking and applying batches, quarantine and replay.",
    why: "a batch is taken as a whole, and one bad event does not stop the others (U1, U3).",
  },
  "80_sync": {
    what: "what a learner may call and read: ingest, pull, merge_progress and views; hints after a change.",
    why: "every path to the data gives the same guarantees (U2, S1).",
  },
  "90_people": {
    what: "support, erasure, restore, webhooks, alarms, and the audit of edits by hand.",
    why: "people operate the service and answer for learners' data (O1, O5).",
    locks: "`auth.users`, against writes, for the moment that a new trigger takes. Sign-ups wait for it.",
  },
  "91_cohorts": {
    what: "cohorts of learners, and what instructors read about them.",
    why: "an instructor sees how their own learners do, and of all others only aggregates (O3).",
    locks: "`learner.adoption`, against writes, for the moment that a new trigger takes.",
  },
  "92_support": {
    what: "finding a learner, the timeline, the fate of an event, and the search for errors.",
    why: "a support agent answers a question without SQL (O2).",
    locks: "the batches, the devices and the quarantine, against writes, while their new indexes are built.",
  },
  "93_privacy": {
    what: "the export of a learner's data, receipts of erasures, and retention.",
    why: "a learner gets their data, and anybody can check that it was erased (O5).",
  },
  "94_seal": {
    what: "the Merkle log over the audit trail: leaves, checkpoints, and the job that seals.",
    why: "a record of the past that somebody changes, removes or inserts is found (O1).",
  },
  "95_health": {
    what: "hourly sums of what arrives, the targets of health, and the view sync_health.",
    why: "operators see in figures whether learners' work arrives (O4).",
    locks:
      "the ledger, the telemetry, the batches and the attempts, against writes, while their new indexes are built.",
  },
  "96_operators": {
    what: "what operators read of jobs, hours and quarantine, and the steering of apps over the API.",
    why: "an operator sees and steers the service without SQL (O7, U8).",
  },
  "97_cells": {
    what:
      "cells: their configuration, the move of a learner between two of them, and releases that follow another cell's.",
    why: "a service grows by whole databases among which learners are placed (O6).",
  },
  "99_rights": {
    what: "who owns the security definers, and the tables whose edits by hand are audited.",
    why: "what Carrel's own functions write is told from what a person writes by who executes it (O1).",
    undoBefore: [
      // A function creates these triggers (watched_tables.sql). Other triggers of the same kind go with their tables.
      "do $$ declare v record; begin for v in select h.tgrelid::regclass as name, h.tgname, s.tgname as stays from pg_trigger h " +
      "left join pg_trigger s on s.tgrelid = h.tgrelid and s.tgname = replace(h.tgname, '_audit_hand', '_stays') " +
      "where h.tgparentid = 0 and h.tgname ~ '_audit_hand$' loop execute format('drop trigger %I on %s', v.tgname, v.name); " +
      "if v.stays is not null then execute format('drop trigger %I on %s', v.stays, v.name); end if; end loop; end $$",
      "do $$ declare v record; begin for v in select t.tgrelid::regclass as name, t.tgname from pg_trigger t where t.tgparentid = 0 " +
      "and t.tgname ~ '_put_back$|^(session|attempt|skill_progress|practice)_emptied$' loop execute format('drop trigger %I on %s', v.tgname, v.name); " +
      "end loop; end $$",
      "delete from private.known_trigger",
      "do $$ declare v regprocedure; begin for v in select p.oid from pg_proc p where p.proowner = 'carrel_definer'::regrole loop " +
      "execute format('alter function %s owner to current_user', v); execute format('grant execute on function %s to carrel_definer', v); " +
      "end loop; end $$",
    ],
  },
};
