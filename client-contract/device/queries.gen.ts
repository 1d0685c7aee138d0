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

/** Makes the account the learner, who was anonymous so far. */
export const adoptLearner: Query<[learner_id: string, adoption_token: string, anonymous_learner: string]> = { sql: "update sync_state set learner_id = ?, adopted_learner = learner_id, adoption_token = ?, adoption = 'pending', adoption_code = null, revoked = 0 where learner_id = ?" };

/** Asks for the adoption again with another proof. */
export const renewAdoption: Query<[adoption_token: string, learner_id: string, anonymous_learner: string]> = { sql: "update sync_state set adoption = 'pending', adoption_code = null, adoption_token = ?1 where learner_id = ?2 and adopted_learner = ?3 and adoption <> 'done' and adoption_token <> ?1" };

/** Stores what became of the adoption. */
export const settleAdoption: Query<[adoption: string, adoption_code: string | null]> = { sql: "update sync_state set adoption = ?, adoption_code = ?" };

/** Stores the server's clock as of an answer. */
export const rememberClockOffset: Query<[clock_offset_ms: number | null, answered_at: string, clock_seen_at: string]> = { sql: "update sync_state set clock_offset_ms = ?, answered_at = ?, clock_seen_at = ?" };

/** Stores what a head says. */
export const rememberHead: Query<[head_version: number, minimum_version: number, poll_after_s: number, schema_ends_at: string | null]> = { sql: "update sync_state set head_version = ?, minimum_version = ?, poll_after_s = ?, schema_ends_at = ?" };

/** Stores what the head after a hint says, of which the version alone is fresh. */
export const rememberHintedHead: Query<[head_version: number, minimum_version: number, schema_ends_at: string | null]> = { sql: "update sync_state set head_version = max(head_version, ?), minimum_version = max(minimum_version, ?), schema_ends_at = coalesce(schema_ends_at, ?)" };

/** Stores the content schema that the server no longer serves. */
export const rememberRefusedSchema: Query<[refused_schema: number | null]> = { sql: "update sync_state set refused_schema = ?" };

/** Stores the server's history. */
export const rememberHistory: Query<[history: string]> = { sql: "update sync_state set history = ?" };

/** Stores when a sync went through. */
export const rememberSync: Query<[synced_at: string]> = { sql: "update sync_state set synced_at = ?" };

/** Binds an empty database to a learner and a device. */
export const bindDevice: Query<[learner_id: string, device_id: string, installation_marker: string | null]> = { sql: "insert into sync_state (learner_id, device_id, installation_marker) values (?, ?, ?) on conflict do nothing" };

/** Stores the marker of this installation. */
export const rememberMarker: Query<[installation_marker: string]> = { sql: "update sync_state set installation_marker = ?" };

/** Remembers the device's id from before a restore. */
export const rememberFormerDevice: Query<[]> = { sql: "insert into former_device (device_id, last_ulid) select device_id, coalesce(last_ulid, '') from sync_state where true on conflict (device_id) do update set last_ulid = excluded.last_ulid" };

/** Whether the device had this id before. */
export const formerDevice: Query<[device_id: string]> = { sql: "select device_id from former_device where device_id = ?" };

/** Gives a restored device another id, and forgets what the former one measured. */
export const renameDevice: Query<[device_id: string, installation_marker: string | null]> = { sql: "update sync_state set device_id = ?, installation_marker = ?, revoked = 0, clock_offset_ms = null, clock_seen_at = null, retry_at = null, paused_reason = null" };

/** A session of this device that is still open. It may have begun under an id from before a restore. */
export const ownOpenSession: Query<[session_id: string, device_id: string]> = { sql: "select session_id, skill_id, started_at from session where session_id = ? and (session.device_id = ? or exists ( select 1 from former_device f where f.device_id = session.device_id and session.session_id <= f.last_ulid)) and ended_at is null" };

/** Screen: sessions of this device that are still open, oldest first. */
export const ownOpenSessions: Query<[device_id: string]> = { sql: "select session_id, skill_id, started_at from session where (session.device_id = ? or exists ( select 1 from former_device f where f.device_id = session.device_id and session.session_id <= f.last_ulid)) and ended_at is null and voided = 0 order by session_id" };

/** Starts a session. */
export const addSession: Query<[session_id: string, skill_id: string | null, device_id: string, content_version: number, started_at: string]> = { sql: "insert into session (session_id, skill_id, device_id, content_version, started_at) values (?, ?, ?, ?, ?)" };

/** Ends a session, never before its start. */
export const endSession: Query<[ended_at: string, end_reason: string, session_id: string]> = { sql: "update session set ended_at = max(?, coalesce(started_at, '')), end_reason = ? where session_id = ?" };

/** Adds an answer. */
export const addAttempt: Query<[event_id: string, session_id: string, skill_id: string, question_id: string, device_id: string, content_version: number, answer: string, claimed_correct: number, duration_ms: number, reset_count: number, reset_event: string | null, occurred_at: string, utc_offset_minutes: number]> = { sql: "insert into attempt (event_id, session_id, skill_id, question_id, device_id, content_version, answer, claimed_correct, duration_ms, reset_count, reset_event, occurred_at, utc_offset_minutes) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" };

/** Skills whose progress counts events that the server did not apply. */
export const skillsOfQuarantined: Query<[]> = { sql: "select distinct skill_id from outbox where state = 'quarantined' and settled = 0 and skill_id is not null" };

/** Screen: the domains, in their order. */
export const domains: Query<[]> = { sql: "select body from content_row where kind = 'domain' order by position, id" };

/** Screen: a domain's skills, in their order. */
export const skills: Query<[domain_id: string]> = { sql: "select body from content_row where kind = 'skill' and domain_id = ? order by position, id" };

/** Screen: a skill's questions, in their order, with the version that the device holds. */
export const questions: Query<[skill_id: string]> = { sql: "select c.body, s.content_version from content_row c, sync_state s where c.kind = 'question' and c.skill_id = ? order by c.position, c.id" };

/** Screen: one question. */
export const question: Query<[id: string]> = { sql: "select c.body, s.content_version from content_row c, sync_state s where c.kind = 'question' and c.id = ?" };

/** The one row. */
export const telemetryState: Query<[]> = { sql: "select * from telemetry_state" };

/** Stores an event about the device. */
export const addTelemetry: Query<[event_id: string, type: string, line: string]> = { sql: "insert into telemetry (event_id, type, line) values (?, ?, ?)" };

/** Deletes the oldest events about the device beyond the newest :most. */
export const capTelemetry: Query<[most: number]> = { sql: "delete from telemetry where event_id <= (select event_id from telemetry order by event_id desc limit 1 offset ?)" };

/** Deletes all events about the device. */
export const dropTelemetry: Query<[]> = { sql: "delete from telemetry" };

/** Deletes what it takes to tell about the device. */
export const dropTelemetryState: Query<[]> = { sql: "delete from telemetry_state" };

/** Begins to tell about the device. Events that the outbox held before are not told of. */
export const openTelemetry: Query<[]> = { sql: "insert into telemetry_state (told_event) select max(event_id) from outbox where true on conflict do nothing" };

/** The oldest events about the device. */
export const waitingTelemetry: Query<[most: number]> = { sql: "select event_id, line from telemetry order by event_id limit ?" };

/** Deletes an event about the device that the server has. */
export const deleteTelemetry: Query<[event_id: string]> = { sql: "delete from telemetry where event_id = ?" };

/** Events of the outbox that were not told of yet. */
export const untoldEvents: Query<[]> = { sql: "select count(*) as events, max(event_id) as last, (select count(*) from outbox where state = 'pending') as waiting from outbox where event_id > coalesce((select told_event from telemetry_state), '')" };

/** Remembers the newest event that was told of. */
export const rememberTold: Query<[told_event: string | null]> = { sql: "update telemetry_state set told_event = ?" };

/** Remembers when the cache was last told to be sound. */
export const rememberCheck: Query<[checked_at: string]> = { sql: "update telemetry_state set checked_at = ?" };

/** Counts reads of content without a network. */
export const addOfflineReads: Query<[reads: number]> = { sql: "update telemetry_state set offline_reads = offline_reads + ? where offline_since is not null" };

/** Begins a stretch without a network. */
export const beginOffline: Query<[offline_since: string]> = { sql: "update telemetry_state set offline_since = ?, offline_after = coalesce((select last_ulid from sync_state), '') where offline_since is null" };

/** What the learner did in a stretch without a network. */
export const usedOffline: Query<[device_id: string, offline_after: string]> = { sql: "select (select count(*) from attempt where device_id = ?1 and event_id > ?2) as attempts, (select count(*) from session where device_id = ?1 and session_id > ?2 and end_reason is not 'completed') as unfinished" };

/** Ends a stretch without a network. */
export const endOffline: Query<[]> = { sql: "update telemetry_state set offline_since = null, offline_after = null, offline_reads = 0" };

/** Remembers a failure that the app did not survive. */
export const rememberFailure: Query<[failed_code: string, failed_at: string]> = { sql: "update telemetry_state set failed_code = ?, failed_at = ?" };

/** Forgets a failure: the app works again. */
export const forgetFailure: Query<[failed_code: string]> = { sql: "update telemetry_state set failed_code = null, failed_at = null where failed_code = ?" };
