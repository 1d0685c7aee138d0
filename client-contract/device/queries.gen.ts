// Generated from client-contract/drift/queries.drift by `npm run generate`; do not edit.
import type { Query } from "./storage.ts";

/** Appends an event; its line never changes from then on. */
export const addEvent: Query<[event_id: string, type: string, line: string, skill_id: string | null, created_at: string]> = { sql: "insert into outbox (event_id, type, line, skill_id, created_at) values (?, ?, ?, ?, ?)" };

/** The oldest events that may be sent now. A later retry_at than :latest comes from a clock that was set back. */
export const waitingEvents: Query<[now: string, latest: string, most: number]> = { sql: "select event_id, line from outbox where state = 'pending' and (retry_at is null or retry_at <= ? or retry_at > ?) order by event_id limit ?" };

/** How many events may be sent now. */
export const countWaitingEvents: Query<[now: string, latest: string]> = { sql: "select count(*) as count from outbox where state = 'pending' and (retry_at is null or retry_at <= ? or retry_at > ?)" };

/** Counts an attempt to send an event. */
export const countAttempt: Query<[event_id: string]> = { sql: "update outbox set attempts = attempts + 1 where event_id = ?" };

/** Records the server's result of an event. */
export const settleEvent: Query<[state: string, delivered_at: string | null, code: string | null, field: string | null, event_id: string]> = { sql: "update outbox set state = ?, delivered_at = ?, code = ?, field = ?, retry_at = null where event_id = ?" };

/** Lets an event wait that the server could not take yet. */
export const delayEvent: Query<[retry_at: string | null, event_id: string]> = { sql: "update outbox set refusals = refusals + 1, retry_at = ? where event_id = ?" };

/** How often the server could not take an event yet. */
export const refusalsOf: Query<[event_id: string]> = { sql: "select refusals from outbox where event_id = ?" };

/** How often an event was sent. */
export const attemptsOf: Query<[event_id: string]> = { sql: "select attempts from outbox where event_id = ?" };

/** Gives up a waiting event. */
export const giveUpEvent: Query<[event_id: string]> = { sql: "update outbox set state = 'dead', retry_at = null, code = null, field = null where event_id = ? and state = 'pending'" };

/** Lets all events wait that are still kept: the server may have lost them. */
export const resendEvents: Query<[]> = { sql: "update outbox set state = 'pending', delivered_at = null, code = null, field = null, refusals = 0 where state in ('delivered', 'quarantined')" };

/** Asks for an adoption again that the server may have lost. */
export const resendAdoption: Query<[]> = { sql: "update sync_state set adoption = 'pending' where adoption = 'done'" };

/** Lets events wait again that were refused as another learner's. */
export const releaseHeldBack: Query<[]> = { sql: "update outbox set state = 'pending', code = null, field = null where state = 'held_back'" };

/** Deletes events that were delivered so long ago that no restore of the server can lose them. */
export const pruneEvents: Query<[before: string]> = { sql: "delete from outbox where state in ('delivered', 'quarantined') and settled = 1 and delivered_at < ?" };

/** The events by state. */
export const countEvents: Query<[]> = { sql: "select state, count(*) as count from outbox group by state" };

/** How many events and letters there are. An upgrade of the database must not lose one. */
export const countKept: Query<[]> = { sql: "select (select count(*) from outbox) + (select count(*) from dead_letter) as count" };

/** Ends all waits: the clock was set back. */
export const forgetEventWaits: Query<[]> = { sql: "update outbox set retry_at = null where retry_at is not null" };

/** Whether a table has the id, also one that came from another device. */
export const isIdTaken: Query<[id: string]> = { sql: "select exists (select 1 from outbox where event_id = ?1) or exists (select 1 from telemetry where event_id = ?1) or exists (select 1 from dead_letter where letter_id = ?1) or exists (select 1 from attempt where event_id = ?1) or exists (select 1 from session where session_id = ?1) as taken" };

/** Remembers the greatest id that was made here. */
export const rememberId: Query<[id: string]> = { sql: "update sync_state set last_ulid = ?" };

/** Keeps the line of an event that was given up, or keeps it once more for another reason. */
export const addLetterOfEvent: Query<[letter_id: string, reason: string, created_at: string, event_id: string]> = { sql: "insert into dead_letter (letter_id, event_id, letter, reason, created_at) select ?, event_id, line, ?, ? from outbox where event_id = ? on conflict (event_id) do update set reason = excluded.reason, handed_in_at = null, code = null, retry_at = null" };

/** Keeps a record that could not become an event. */
export const addLetter: Query<[letter_id: string, letter: string, reason: string, created_at: string]> = { sql: "insert into dead_letter (letter_id, letter, reason, created_at) values (?, ?, ?, ?)" };

/** The oldest dead letters that may be handed in now. */
export const waitingLetters: Query<[now: string, latest: string, most: number]> = { sql: "select letter_id, event_id, letter, reason from dead_letter where handed_in_at is null and (retry_at is null or retry_at <= ? or retry_at > ?) order by letter_id limit ?" };

/** How many dead letters were not handed in yet. */
export const countLetters: Query<[]> = { sql: "select count(*) as count from dead_letter where handed_in_at is null" };

/** Lets a dead letter wait. */
export const delayLetter: Query<[retry_at: string | null, letter_id: string]> = { sql: "update dead_letter set retry_at = ? where letter_id = ?" };

/** Records that the server holds a dead letter. */
export const settleLetter: Query<[handed_in_at: string, code: string | null, letter_id: string]> = { sql: "update dead_letter set handed_in_at = ?, code = ?, retry_at = null where letter_id = ?" };

/** Records that the server holds the event of a dead letter. */
export const settleDeadEvent: Query<[state: string, delivered_at: string, code: string | null, field: string | null, event_id: string]> = { sql: "update outbox set state = ?, delivered_at = ?, code = ?, field = ? where event_id = ? and state = 'dead'" };

/** The skill whose progress an event changes. */
export const skillOfEvent: Query<[event_id: string]> = { sql: "select skill_id from outbox where event_id = ? and skill_id is not null" };

/** Hands in letters again that belong to no event: the server may have lost them. */
export const resendLetters: Query<[]> = { sql: "update dead_letter set handed_in_at = null, code = null where event_id is null" };

/** Deletes dead letters that were handed in long ago. */
export const pruneLetters: Query<[before: string]> = { sql: "delete from dead_letter where handed_in_at < ?" };

/** Ends all waits: the clock was set back. */
export const forgetLetterWaits: Query<[]> = { sql: "update dead_letter set retry_at = null where retry_at is not null" };

/** A skill's progress as the server last said it. */
export const serverProgress: Query<[skill_id: string]> = { sql: "select reset_count, reset_event, mastery, completed, attempts, correct, practiced_at, voided from skill_progress where skill_id = ?" };

/** Events of a skill that the server's progress does not contain yet. */
export const uncountedEvents: Query<[skill_id: string]> = { sql: "select line from outbox where skill_id = ? and settled = 0 and state <> 'quarantined' order by event_id" };

/** Writes a skill's progress as the learner sees it. */
export const writeProgress: Query<[skill_id: string, reset_count: number, reset_event: string | null, mastery: number, completed: string, attempts: number, correct: number, practiced_at: string | null]> = { sql: "insert or replace into progress (skill_id, reset_count, reset_event, mastery, completed, attempts, correct, practiced_at) values (?, ?, ?, ?, ?, ?, ?, ?)" };

/** Deletes a skill's progress. */
export const deleteProgress: Query<[skill_id: string]> = { sql: "delete from progress where skill_id = ?" };

/** Screen: progress in all skills. */
export const allProgress: Query<[]> = { sql: "select * from progress order by skill_id" };

/** Screen: progress in one skill. */
export const progressOf: Query<[skill_id: string]> = { sql: "select * from progress where skill_id = ?" };

/** Screen: days of practice as the server last said them. */
export const practiceDays: Query<[]> = { sql: "select days from practice" };

/** Times of events that those days do not contain yet. */
export const uncountedPractice: Query<[]> = { sql: "select json_extract(line, '$.occurred_at') as occurred_at, json_extract(line, '$.utc_offset_minutes') as utc_offset_minutes, json_extract(line, '$.clock_offset_ms') as clock_offset_ms, json_extract(line, '$.answered_at') as answered_at from outbox where settled = 0 and state <> 'quarantined' and type in ('attempt.recorded', 'progress.advanced')" };

/** The place of the last staged change; 0: none. */
export const lastStagedPlace: Query<[]> = { sql: "select coalesce(max(place), 0) as place from pull_staged" };

/** Stages a change. */
export const stageChange: Query<[place: number, kind: string, change: string]> = { sql: "insert into pull_staged (place, kind, change) values (?, ?, ?)" };

/** The staged changes of a kind. */
export const stagedChanges: Query<[kind: string]> = { sql: "select place, change from pull_staged where kind = ?" };

/** Drops the staged changes. */
export const dropStaged: Query<[]> = { sql: "delete from pull_staged" };

/** Forgets the cursor: the next pull replaces everything pulled. */
export const forgetCursor: Query<[]> = { sql: "update sync_state set pull_cursor = null, pull_next = null" };

/** Remembers where a pull goes on. */
export const rememberNextPage: Query<[pull_next: string]> = { sql: "update sync_state set pull_next = ?" };

/** Remembers the cursor of a complete pull. */
export const rememberCursor: Query<[pull_cursor: string]> = { sql: "update sync_state set pull_cursor = ?, pull_next = null" };

/** Skills whose progress a pull may change; with :everything every skill that has any. */
export const touchedSkills: Query<[everything: number]> = { sql: "select skill_id from outbox where skill_id is not null and settled = 0 union select json_extract(change, '$.skill_id') as skill_id from pull_staged where kind = 'skill_progress' union select skill_id from progress where ?" };

/** Applies staged sessions. A session that this device has ended stays ended while the server does not know of the end. */
export const applySessions: Query<[from_place: number, to_place: number]> = { sql: "insert into session (session_id, skill_id, device_id, content_version, started_at, ended_at, end_reason, voided, pulled) select json_extract(change, '$.session_id'), json_extract(change, '$.skill_id'), json_extract(change, '$.device_id'), json_extract(change, '$.content_version'), json_extract(change, '$.started_at'), json_extract(change, '$.ended_at'), json_extract(change, '$.end_reason'), json_extract(change, '$.voided'), 1 from pull_staged where kind = 'session' and place between ? and ? order by place on conflict (session_id) do update set skill_id = coalesce(excluded.skill_id, skill_id), device_id = excluded.device_id, content_version = coalesce(excluded.content_version, content_version), started_at = coalesce(excluded.started_at, started_at), ended_at = coalesce(excluded.ended_at, ended_at), end_reason = coalesce(excluded.end_reason, end_reason), voided = excluded.voided, pulled = 1" };

/** Applies staged attempts. */
export const applyAttempts: Query<[from_place: number, to_place: number]> = { sql: "insert or replace into attempt (event_id, session_id, skill_id, question_id, device_id, content_version, content_state, answer, claimed_correct, graded_correct, duration_ms, reset_count, reset_event, occurred_at, utc_offset_minutes, voided, pulled) select json_extract(change, '$.event_id'), json_extract(change, '$.session_id'), json_extract(change, '$.skill_id'), json_extract(change, '$.question_id'), json_extract(change, '$.device_id'), json_extract(change, '$.content_version'), json_extract(change, '$.content_state'), json_extract(change, '$.answer'), json_extract(change, '$.claimed_correct'), json_extract(change, '$.graded_correct'), json_extract(change, '$.duration_ms'), json_extract(change, '$.reset_count'), json_extract(change, '$.reset_event'), json_extract(change, '$.occurred_at'), json_extract(change, '$.utc_offset_minutes'), json_extract(change, '$.voided'), 1 from pull_staged where kind = 'attempt' and place between ? and ? order by place" };

/** Applies staged progress. */
export const applyProgress: Query<[from_place: number, to_place: number]> = { sql: "insert or replace into skill_progress (skill_id, reset_count, reset_event, mastery, completed, attempts, correct, practiced_at, voided) select json_extract(change, '$.skill_id'), json_extract(change, '$.reset_count'), json_extract(change, '$.reset_event'), json_extract(change, '$.mastery'), json_extract(change, '$.completed'), json_extract(change, '$.attempts'), json_extract(change, '$.correct'), json_extract(change, '$.practiced_at'), json_extract(change, '$.voided') from pull_staged where kind = 'skill_progress' and place between ? and ? order by place" };

/** Applies staged days of practice. */
export const applyPractice: Query<[from_place: number, to_place: number]> = { sql: "insert or replace into practice (days) select json_extract(change, '$.days') from pull_staged where kind = 'practice' and place between ? and ? order by place" };

/** Marks events that the pulled rows contain: those delivered before the last page was requested, and attempts that arrived although the answer was lost. */
export const settlePulled: Query<[everything: number]> = { sql: "update outbox set settled = state in ('delivered', 'quarantined') or exists (select 1 from attempt where attempt.event_id = outbox.event_id and attempt.pulled = 1) where settled = 0 or ?" };

/** Own attempts that the server may have lost return to their state before the pull. */
export const keepOwnAttempts: Query<[]> = { sql: "update attempt set pulled = 0, content_state = null, graded_correct = null where pulled = 1 and event_id in (select event_id from outbox)" };

/** Drops the attempts of other devices. */
export const dropPulledAttempts: Query<[]> = { sql: "delete from attempt where pulled = 1" };

/** Own sessions that the server may have lost return to their state before the pull. */
export const keepOwnSessions: Query<[]> = { sql: "update session set pulled = 0 where pulled = 1 and session_id in ( select json_extract(line, '$.body.session_id') from outbox where type in ('session.started', 'session.ended'))" };

/** Drops the sessions of other devices. */
export const dropPulledSessions: Query<[]> = { sql: "delete from session where pulled = 1" };

/** Drops the server's progress. */
export const dropServerProgress: Query<[]> = { sql: "delete from skill_progress" };

/** Drops the server's days of practice. */
export const dropServerPractice: Query<[]> = { sql: "delete from practice" };

/** The one row. */
export const syncState: Query<[]> = { sql: "select * from sync_state" };

/** Stores the steering. A device that gets it is neither revoked nor paused. */
export const rememberSteering: Query<[steering: string]> = { sql: "update sync_state set steering = ?, revoked = 0, retry_at = null, paused_reason = null" };

/** Forgets the steering of another version of the app. */
export const forgetSteering: Query<[steering_app: string | null]> = { sql: "update sync_state set steering = null, retry_at = null, paused_reason = null, steering_app = ?1 where steering_app is not ?1" };

/** The device was revoked. */
export const rememberRevoked: Query<[]> = { sql: "update sync_state set revoked = 1" };

/** When the server wants to be asked again, and why it is paused. */
export const rememberRefusal: Query<[retry_at: string, paused_reason: string | null]> = { sql: "update sync_state set retry_at = ?, paused_reason = ?" };

/** Ends the wait of the device: the clock was set back. */
export const forgetWaits: Query<[]> = { sql: "update sync_state set clock_seen_at = null, retry_at = null, paused_reason = null" };

/** Remembers the latest time of the clock. */
export const rememberClock: Query<[now: string]> = { sql: "update sync_state set clock_seen_at = max(coalesce(clock_seen_at, ''), ?)" };
