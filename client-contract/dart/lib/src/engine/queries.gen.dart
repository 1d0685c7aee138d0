// Generated from client-contract/drift/queries.drift by
// `npm run generate`; do not edit.

import 'query.dart';

/// The named queries of `queries.drift`.
abstract final class Queries {
  /// Appends an event; its line never changes from then on.
  static Query addEvent(
    String eventId,
    String type,
    String line,
    String? skillId,
    String createdAt,
  ) =>
    Query(
      'insert into outbox (event_id, type, line, skill_id, created_at) values '
      '(?, ?, ?, ?, ?)',
      [eventId, type, line, skillId, createdAt],
    );

  /// The oldest events that may be sent now. A later retry_at than :latest
  /// comes from a clock that was set back.
  static Query waitingEvents(String now, String latest, int most) =>
    Query(
      "select event_id, line from outbox where state = 'pending' and (retry_at "
      'is null or retry_at <= ? or retry_at > ?) order by event_id limit ?',
      [now, latest, most],
    );

  /// How many events may be sent now.
  static Query countWaitingEvents(String now, String latest) =>
    Query(
      "select count(*) as count from outbox where state = 'pending' and "
      '(retry_at is null or retry_at <= ? or retry_at > ?)',
      [now, latest],
    );

  /// Counts an attempt to send an event.
  static Query countAttempt(String eventId) =>
    Query(
      'update outbox set attempts = attempts + 1 where event_id = ?',
      [eventId],
    );

  /// Records the server's result of an event.
  static Query settleEvent(
    String state,
    String? deliveredAt,
    String? code,
    String? field,
    String eventId,
  ) =>
    Query(
      'update outbox set state = ?, delivered_at = ?, code = ?, field = ?, '
      'retry_at = null where event_id = ?',
      [state, deliveredAt, code, field, eventId],
    );

  /// Lets an event wait that the server could not take yet.
  static Query delayEvent(String? retryAt, String eventId) =>
    Query(
      'update outbox set refusals = refusals + 1, retry_at = ? where event_id = '
      '?',
      [retryAt, eventId],
    );

  /// How often the server could not take an event yet.
  static Query refusalsOf(String eventId) =>
    Query('select refusals from outbox where event_id = ?', [eventId]);

  /// How often an event was sent.
  static Query attemptsOf(String eventId) =>
    Query('select attempts from outbox where event_id = ?', [eventId]);

  /// Gives up a waiting event.
  static Query giveUpEvent(String eventId) =>
    Query(
      "update outbox set state = 'dead', retry_at = null, code = null, field = "
      "null where event_id = ? and state = 'pending'",
      [eventId],
    );

  /// Lets all events wait that are still kept: the server may have lost them.
  static const Query resendEvents = Query(
    "update outbox set state = 'pending', delivered_at = null, code = null, "
    "field = null, refusals = 0 where state in ('delivered', 'quarantined')",
  );

  /// Asks for an adoption again that the server may have lost.
  static const Query resendAdoption = Query(
    "update sync_state set adoption = 'pending' where adoption = 'done'",
  );

  /// Lets events wait again that were refused as another learner's.
  static const Query releaseHeldBack = Query(
    "update outbox set state = 'pending', code = null, field = null where "
    "state = 'held_back'",
  );

  /// Deletes events that were delivered so long ago that no restore of the
  /// server can lose them.
  static Query pruneEvents(String before) =>
    Query(
      "delete from outbox where state in ('delivered', 'quarantined') and "
      'settled = 1 and delivered_at < ?',
      [before],
    );

  /// The events by state.
  static const Query countEvents = Query(
    'select state, count(*) as count from outbox group by state',
  );

  /// How many events and letters there are. An upgrade of the database must not
  /// lose one.
  static const Query countKept = Query(
    'select (select count(*) from outbox) + (select count(*) from '
    'dead_letter) as count',
  );

  /// Ends all waits: the clock was set back.
  static const Query forgetEventWaits = Query(
    'update outbox set retry_at = null where retry_at is not null',
  );

  /// Whether a table has the id, also one that came from another device.
  static Query isIdTaken(String id) =>
    Query(
      'select exists (select 1 from outbox where event_id = ?1) or exists '
      '(select 1 from telemetry where event_id = ?1) or exists (select 1 from '
      'dead_letter where letter_id = ?1) or exists (select 1 from attempt where '
      'event_id = ?1) or exists (select 1 from session where session_id = ?1) '
      'as taken',
      [id],
    );

  /// Remembers the greatest id that was made here.
  static Query rememberId(String id) =>
    Query('update sync_state set last_ulid = ?', [id]);

  /// Keeps the line of an event that was given up, or keeps it once more for
  /// another reason.
  static Query addLetterOfEvent(
    String letterId,
    String reason,
    String createdAt,
    String eventId,
  ) =>
    Query(
      'insert into dead_letter (letter_id, event_id, letter, reason, '
      'created_at) select ?, event_id, line, ?, ? from outbox where event_id = '
      '? on conflict (event_id) do update set reason = excluded.reason, '
      'handed_in_at = null, code = null, retry_at = null',
      [letterId, reason, createdAt, eventId],
    );

  /// Keeps a record that could not become an event.
  static Query addLetter(
    String letterId,
    String letter,
    String reason,
    String createdAt,
  ) =>
    Query(
      'insert into dead_letter (letter_id, letter, reason, created_at) values '
      '(?, ?, ?, ?)',
      [letterId, letter, reason, createdAt],
    );

  /// The oldest dead letters that may be handed in now.
  static Query waitingLetters(String now, String latest, int most) =>
    Query(
      'select letter_id, event_id, letter, reason from dead_letter where '
      'handed_in_at is null and (retry_at is null or retry_at <= ? or retry_at '
      '> ?) order by letter_id limit ?',
      [now, latest, most],
    );

  /// How many dead letters were not handed in yet.
  static const Query countLetters = Query(
    'select count(*) as count from dead_letter where handed_in_at is null',
  );

  /// Lets a dead letter wait.
  static Query delayLetter(String? retryAt, String letterId) =>
    Query(
      'update dead_letter set retry_at = ? where letter_id = ?',
      [retryAt, letterId],
    );

  /// Records that the server holds a dead letter.
  static Query settleLetter(String handedInAt, String? code, String letterId) =>
    Query(
      'update dead_letter set handed_in_at = ?, code = ?, retry_at = null where '
      'letter_id = ?',
      [handedInAt, code, letterId],
    );

  /// Records that the server holds the event of a dead letter.
  static Query settleDeadEvent(
    String state,
    String deliveredAt,
    String? code,
    String? field,
    String eventId,
  ) =>
    Query(
      'update outbox set state = ?, delivered_at = ?, code = ?, field = ? where '
      "event_id = ? and state = 'dead'",
      [state, deliveredAt, code, field, eventId],
    );

  /// The skill whose progress an event changes.
  static Query skillOfEvent(String eventId) =>
    Query(
      'select skill_id from outbox where event_id = ? and skill_id is not null',
      [eventId],
    );

  /// Hands in letters again that belong to no event: the server may have lost
  /// them.
  static const Query resendLetters = Query(
    'update dead_letter set handed_in_at = null, code = null where event_id '
    'is null',
  );

  /// Deletes dead letters that were handed in long ago.
  static Query pruneLetters(String before) =>
    Query('delete from dead_letter where handed_in_at < ?', [before]);

  /// Ends all waits: the clock was set back.
  static const Query forgetLetterWaits = Query(
    'update dead_letter set retry_at = null where retry_at is not null',
  );

  /// A skill's progress as the server last said it.
  static Query serverProgress(String skillId) =>
    Query(
      'select reset_count, reset_event, mastery, completed, attempts, correct, '
      'practiced_at, voided from skill_progress where skill_id = ?',
      [skillId],
    );

  /// Events of a skill that the server's progress does not contain yet.
  static Query uncountedEvents(String skillId) =>
    Query(
      'select line from outbox where skill_id = ? and settled = 0 and state <> '
      "'quarantined' order by event_id",
      [skillId],
    );

  /// Writes a skill's progress as the learner sees it.
  static Query writeProgress(
    String skillId,
    int resetCount,
    String? resetEvent,
    int mastery,
    String completed,
    int attempts,
    int correct,
    String? practicedAt,
  ) =>
    Query(
      'insert or replace into progress (skill_id, reset_count, reset_event, '
      'mastery, completed, attempts, correct, practiced_at) values (?, ?, ?, ?, '
      '?, ?, ?, ?)',
      [
        skillId,
        resetCount,
        resetEvent,
        mastery,
        completed,
        attempts,
        correct,
        practicedAt,
      ],
    );

  /// Deletes a skill's progress.
  static Query deleteProgress(String skillId) =>
    Query('delete from progress where skill_id = ?', [skillId]);

  /// Screen: progress in all skills.
  static const Query allProgress = Query(
    'select * from progress order by skill_id',
  );

  /// Screen: progress in one skill.
  static Query progressOf(String skillId) =>
    Query('select * from progress where skill_id = ?', [skillId]);

  /// Screen: days of practice as the server last said them.
  static const Query practiceDays = Query('select days from practice');

  /// Times of events that those days do not contain yet.
  static const Query uncountedPractice = Query(
    "select json_extract(line, '\$.occurred_at') as occurred_at, "
    "json_extract(line, '\$.utc_offset_minutes') as utc_offset_minutes, "
    "json_extract(line, '\$.clock_offset_ms') as clock_offset_ms, "
    "json_extract(line, '\$.answered_at') as answered_at from outbox where "
    "settled = 0 and state <> 'quarantined' and type in ('attempt.recorded', "
    "'progress.advanced')",
  );

  /// The place of the last staged change; 0: none.
  static const Query lastStagedPlace = Query(
    'select coalesce(max(place), 0) as place from pull_staged',
  );

  /// Stages a change.
  static Query stageChange(int place, String kind, String change) =>
    Query(
      'insert into pull_staged (place, kind, change) values (?, ?, ?)',
      [place, kind, change],
    );

  /// The staged changes of a kind.
  static Query stagedChanges(String kind) =>
    Query('select place, change from pull_staged where kind = ?', [kind]);

  /// Drops the staged changes.
  static const Query dropStaged = Query('delete from pull_staged');

  /// Forgets the cursor: the next pull replaces everything pulled.
  static const Query forgetCursor = Query(
    'update sync_state set pull_cursor = null, pull_next = null',
  );

  /// Remembers where a pull goes on.
  static Query rememberNextPage(String pullNext) =>
    Query('update sync_state set pull_next = ?', [pullNext]);

  /// Remembers the cursor of a complete pull.
  static Query rememberCursor(String pullCursor) =>
    Query(
      'update sync_state set pull_cursor = ?, pull_next = null',
      [pullCursor],
    );

  /// Skills whose progress a pull may change; with :everything every skill that
  /// has any.
  static Query touchedSkills(int everything) =>
    Query(
      'select skill_id from outbox where skill_id is not null and settled = 0 '
      "union select json_extract(change, '\$.skill_id') as skill_id from "
      "pull_staged where kind = 'skill_progress' union select skill_id from "
      'progress where ?',
      [everything],
    );

  /// Applies staged sessions. A session that this device has ended stays ended
  /// while the server does not know of the end.
  static Query applySessions(int fromPlace, int toPlace) =>
    Query(
      'insert into session (session_id, skill_id, device_id, content_version, '
      'started_at, ended_at, end_reason, voided, pulled) select '
      "json_extract(change, '\$.session_id'), json_extract(change, "
      "'\$.skill_id'), json_extract(change, '\$.device_id'), "
      "json_extract(change, '\$.content_version'), json_extract(change, "
      "'\$.started_at'), json_extract(change, '\$.ended_at'), "
      "json_extract(change, '\$.end_reason'), json_extract(change, "
      "'\$.voided'), 1 from pull_staged where kind = 'session' and place "
      'between ? and ? order by place on conflict (session_id) do update set '
      'skill_id = coalesce(excluded.skill_id, skill_id), device_id = '
      'excluded.device_id, content_version = coalesce(excluded.content_version, '
      'content_version), started_at = coalesce(excluded.started_at, '
      'started_at), ended_at = coalesce(excluded.ended_at, ended_at), '
      'end_reason = coalesce(excluded.end_reason, end_reason), voided = '
      'excluded.voided, pulled = 1',
      [fromPlace, toPlace],
    );

  /// Applies staged attempts.
  static Query applyAttempts(int fromPlace, int toPlace) =>
    Query(
      'insert or replace into attempt (event_id, session_id, skill_id, '
      'question_id, device_id, content_version, content_state, answer, '
      'claimed_correct, graded_correct, duration_ms, reset_count, reset_event, '
      'occurred_at, utc_offset_minutes, voided, pulled) select '
      "json_extract(change, '\$.event_id'), json_extract(change, "
      "'\$.session_id'), json_extract(change, '\$.skill_id'), "
      "json_extract(change, '\$.question_id'), json_extract(change, "
      "'\$.device_id'), json_extract(change, '\$.content_version'), "
      "json_extract(change, '\$.content_state'), json_extract(change, "
      "'\$.answer'), json_extract(change, '\$.claimed_correct'), "
      "json_extract(change, '\$.graded_correct'), json_extract(change, "
      "'\$.duration_ms'), json_extract(change, '\$.reset_count'), "
      "json_extract(change, '\$.reset_event'), json_extract(change, "
      "'\$.occurred_at'), json_extract(change, '\$.utc_offset_minutes'), "
      "json_extract(change, '\$.voided'), 1 from pull_staged where kind = "
      "'attempt' and place between ? and ? order by place",
      [fromPlace, toPlace],
    );

  /// Applies staged progress.
  static Query applyProgress(int fromPlace, int toPlace) =>
    Query(
      'insert or replace into skill_progress (skill_id, reset_count, '
      'reset_event, mastery, completed, attempts, correct, practiced_at, '
      "voided) select json_extract(change, '\$.skill_id'), json_extract(change, "
      "'\$.reset_count'), json_extract(change, '\$.reset_event'), "
      "json_extract(change, '\$.mastery'), json_extract(change, "
      "'\$.completed'), json_extract(change, '\$.attempts'), "
      "json_extract(change, '\$.correct'), json_extract(change, "
      "'\$.practiced_at'), json_extract(change, '\$.voided') from pull_staged "
      "where kind = 'skill_progress' and place between ? and ? order by place",
      [fromPlace, toPlace],
    );

  /// Applies staged days of practice.
  static Query applyPractice(int fromPlace, int toPlace) =>
    Query(
      'insert or replace into practice (days) select json_extract(change, '
      "'\$.days') from pull_staged where kind = 'practice' and place between ? "
      'and ? order by place',
      [fromPlace, toPlace],
    );

  /// Marks events that the pulled rows contain: those delivered before the last
  /// page was requested, and attempts that arrived although the answer was
  /// lost.
  static Query settlePulled(int everything) =>
    Query(
      "update outbox set settled = state in ('delivered', 'quarantined') or "
      'exists (select 1 from attempt where attempt.event_id = outbox.event_id '
      'and attempt.pulled = 1) where settled = 0 or ?',
      [everything],
    );

  /// Own attempts that the server may have lost return to their state before
  /// the pull.
  static const Query keepOwnAttempts = Query(
    'update attempt set pulled = 0, content_state = null, graded_correct = '
    'null where pulled = 1 and event_id in (select event_id from outbox)',
  );

  /// Drops the attempts of other devices.
  static const Query dropPulledAttempts = Query(
    'delete from attempt where pulled = 1',
  );

  /// Own sessions that the server may have lost return to their state before
  /// the pull.
  static const Query keepOwnSessions = Query(
    'update session set pulled = 0 where pulled = 1 and session_id in ( '
    "select json_extract(line, '\$.body.session_id') from outbox where type "
    "in ('session.started', 'session.ended'))",
  );

  /// Drops the sessions of other devices.
  static const Query dropPulledSessions = Query(
    'delete from session where pulled = 1',
  );

  /// Drops the server's progress.
  static const Query dropServerProgress = Query('delete from skill_progress');

  /// Drops the server's days of practice.
  static const Query dropServerPractice = Query('delete from practice');

  /// The one row.
  static const Query readSyncState = Query('select * from sync_state');

  /// Stores the steering. A device that gets it is neither revoked nor paused.
  static Query rememberSteering(String steering) =>
    Query(
      'update sync_state set steering = ?, revoked = 0, retry_at = null, '
      'paused_reason = null',
      [steering],
    );

  /// Forgets the steering of another version of the app.
  static Query forgetSteering(String? steeringApp) =>
    Query(
      'update sync_state set steering = null, retry_at = null, paused_reason = '
      'null, steering_app = ?1 where steering_app is not ?1',
      [steeringApp],
    );

  /// The device was revoked.
  static const Query rememberRevoked = Query(
    'update sync_state set revoked = 1',
  );

  /// When the server wants to be asked again, and why it is paused.
  static Query rememberRefusal(String retryAt, String? pausedReason) =>
    Query(
      'update sync_state set retry_at = ?, paused_reason = ?',
      [retryAt, pausedReason],
    );

  /// Ends the wait of the device: the clock was set back.
  static const Query forgetWaits = Query(
    'update sync_state set clock_seen_at = null, retry_at = null, '
    'paused_reason = null',
  );

  /// Remembers the latest time of the clock.
  static Query rememberClock(String now) =>
    Query(
      "update sync_state set clock_seen_at = max(coalesce(clock_seen_at, ''), ?)",
      [now],
    );

  /// Makes the account the learner, who was anonymous so far.
  static Query adoptLearner(
    String learnerId,
    String adoptionToken,
    String anonymousLearner,
  ) =>
    Query(
      'update sync_state set learner_id = ?, adopted_learner = learner_id, '
      "adoption_token = ?, adoption = 'pending', adoption_code = null, revoked "
      '= 0 where learner_id = ?',
      [learnerId, adoptionToken, anonymousLearner],
    );

  /// Asks for the adoption again with another proof.
  static Query renewAdoption(
    String adoptionToken,
    String learnerId,
    String anonymousLearner,
  ) =>
    Query(
      "update sync_state set adoption = 'pending', adoption_code = null, "
      'adoption_token = ?1 where learner_id = ?2 and adopted_learner = ?3 and '
      "adoption <> 'done' and adoption_token <> ?1",
      [adoptionToken, learnerId, anonymousLearner],
    );

  /// Stores what became of the adoption.
  static Query settleAdoption(String adoption, String? adoptionCode) =>
    Query(
      'update sync_state set adoption = ?, adoption_code = ?',
      [adoption, adoptionCode],
    );

  /// Stores the server's clock as of an answer.
  static Query rememberClockOffset(
    int? clockOffsetMs,
    String answeredAt,
    String clockSeenAt,
  ) =>
    Query(
      'update sync_state set clock_offset_ms = ?, answered_at = ?, '
      'clock_seen_at = ?',
      [clockOffsetMs, answeredAt, clockSeenAt],
    );

  /// Stores what a head says.
  static Query rememberHead(
    int headVersion,
    int minimumVersion,
    int pollAfterS,
    String? schemaEndsAt,
  ) =>
    Query(
      'update sync_state set head_version = ?, minimum_version = ?, '
      'poll_after_s = ?, schema_ends_at = ?',
      [headVersion, minimumVersion, pollAfterS, schemaEndsAt],
    );

  /// Stores what the head after a hint says, of which the version alone is
  /// fresh.
  static Query rememberHintedHead(
    int headVersion,
    int minimumVersion,
    String? schemaEndsAt,
  ) =>
    Query(
      'update sync_state set head_version = max(head_version, ?), '
      'minimum_version = max(minimum_version, ?), schema_ends_at = '
      'coalesce(schema_ends_at, ?)',
      [headVersion, minimumVersion, schemaEndsAt],
    );

  /// Stores the content schema that the server no longer serves.
  static Query rememberRefusedSchema(int? refusedSchema) =>
    Query('update sync_state set refused_schema = ?', [refusedSchema]);

  /// Stores the server's history.
  static Query rememberHistory(String history) =>
    Query('update sync_state set history = ?', [history]);

  /// Stores the learner's cell; null: the home cell.
  static Query rememberCell(String? cellUrl) =>
    Query('update sync_state set cell_url = ?', [cellUrl]);

  /// Stores when a sync went through.
  static Query rememberSync(String syncedAt) =>
    Query('update sync_state set synced_at = ?', [syncedAt]);

  /// Binds an empty database to a learner and a device.
  static Query bindDevice(
    String learnerId,
    String deviceId,
    String? installationMarker,
  ) =>
    Query(
      'insert into sync_state (learner_id, device_id, installation_marker) '
      'values (?, ?, ?) on conflict do nothing',
      [learnerId, deviceId, installationMarker],
    );

  /// Stores the marker of this installation.
  static Query rememberMarker(String installationMarker) =>
    Query(
      'update sync_state set installation_marker = ?',
      [installationMarker],
    );

  /// Remembers the device's id from before a restore.
  static const Query rememberFormerDevice = Query(
    'insert into former_device (device_id, last_ulid) select device_id, '
    "coalesce(last_ulid, '') from sync_state where true on conflict "
    '(device_id) do update set last_ulid = excluded.last_ulid',
  );

  /// Whether the device had this id before.
  static Query readFormerDevice(String deviceId) =>
    Query(
      'select device_id from former_device where device_id = ?',
      [deviceId],
    );

  /// Gives a restored device another id, and forgets what the former one
  /// measured.
  static Query renameDevice(String deviceId, String? installationMarker) =>
    Query(
      'update sync_state set device_id = ?, installation_marker = ?, revoked = '
      '0, clock_offset_ms = null, clock_seen_at = null, retry_at = null, '
      'paused_reason = null',
      [deviceId, installationMarker],
    );

  /// A session of this device that is still open. It may have begun under an id
  /// from before a restore.
  static Query ownOpenSession(String sessionId, String deviceId) =>
    Query(
      'select session_id, skill_id, started_at from session where session_id = '
      '? and (session.device_id = ? or exists ( select 1 from former_device f '
      'where f.device_id = session.device_id and session.session_id <= '
      'f.last_ulid)) and ended_at is null',
      [sessionId, deviceId],
    );

  /// Screen: sessions of this device that are still open, oldest first.
  static Query ownOpenSessions(String deviceId) =>
    Query(
      'select session_id, skill_id, started_at from session where '
      '(session.device_id = ? or exists ( select 1 from former_device f where '
      'f.device_id = session.device_id and session.session_id <= f.last_ulid)) '
      'and ended_at is null and voided = 0 order by session_id',
      [deviceId],
    );

  /// Starts a session.
  static Query addSession(
    String sessionId,
    String? skillId,
    String deviceId,
    int contentVersion,
    String startedAt,
  ) =>
    Query(
      'insert into session (session_id, skill_id, device_id, content_version, '
      'started_at) values (?, ?, ?, ?, ?)',
      [sessionId, skillId, deviceId, contentVersion, startedAt],
    );

  /// Ends a session, never before its start.
  static Query endSession(String endedAt, String endReason, String sessionId) =>
    Query(
      "update session set ended_at = max(?, coalesce(started_at, '')), "
      'end_reason = ? where session_id = ?',
      [endedAt, endReason, sessionId],
    );

  /// Adds an answer.
  static Query addAttempt(
    String eventId,
    String sessionId,
    String skillId,
    String questionId,
    String deviceId,
    int contentVersion,
    String answer,
    int claimedCorrect,
    int durationMs,
    int resetCount,
    String? resetEvent,
    String occurredAt,
    int utcOffsetMinutes,
  ) =>
    Query(
      'insert into attempt (event_id, session_id, skill_id, question_id, '
      'device_id, content_version, answer, claimed_correct, duration_ms, '
      'reset_count, reset_event, occurred_at, utc_offset_minutes) values (?, ?, '
      '?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        eventId,
        sessionId,
        skillId,
        questionId,
        deviceId,
        contentVersion,
        answer,
        claimedCorrect,
        durationMs,
        resetCount,
        resetEvent,
        occurredAt,
        utcOffsetMinutes,
      ],
    );

  /// Skills whose progress counts events that the server did not apply.
  static const Query skillsOfQuarantined = Query(
    "select distinct skill_id from outbox where state = 'quarantined' and "
    'settled = 0 and skill_id is not null',
  );

  /// Screen: the domains, in their order.
  static const Query domains = Query(
    "select body from content_row where kind = 'domain' order by position, id",
  );

  /// Screen: a domain's skills, in their order.
  static Query skills(String domainId) =>
    Query(
      "select body from content_row where kind = 'skill' and domain_id = ? "
      'order by position, id',
      [domainId],
    );

  /// Screen: a skill's questions, in their order, with the version that the
  /// device holds.
  static Query questions(String skillId) =>
    Query(
      'select c.body, s.content_version from content_row c, sync_state s where '
      "c.kind = 'question' and c.skill_id = ? order by c.position, c.id",
      [skillId],
    );

  /// The files of the questions, as JSON lists, in the order of the questions.
  static const Query mediaFiles = Query(
    "select media from content_row where kind = 'question' and media is not "
    'null order by position, id',
  );

  /// Screen: one question.
  static Query question(String id) =>
    Query(
      'select c.body, s.content_version from content_row c, sync_state s where '
      "c.kind = 'question' and c.id = ?",
      [id],
    );

  /// The one row.
  static const Query readTelemetryState = Query(
    'select * from telemetry_state',
  );

  /// Stores an event about the device.
  static Query addTelemetry(String eventId, String type, String line) =>
    Query(
      'insert into telemetry (event_id, type, line) values (?, ?, ?)',
      [eventId, type, line],
    );

  /// Deletes the oldest events about the device beyond the newest :most.
  static Query capTelemetry(int most) =>
    Query(
      'delete from telemetry where event_id <= (select event_id from telemetry '
      'order by event_id desc limit 1 offset ?)',
      [most],
    );

  /// Deletes all events about the device.
  static const Query dropTelemetry = Query('delete from telemetry');

  /// Deletes what it takes to tell about the device.
  static const Query dropTelemetryState = Query('delete from telemetry_state');

  /// Begins to tell about the device. Events that the outbox held before are
  /// not told of.
  static const Query openTelemetry = Query(
    'insert into telemetry_state (told_event) select max(event_id) from '
    'outbox where true on conflict do nothing',
  );

  /// The oldest events about the device.
  static Query waitingTelemetry(int most) =>
    Query(
      'select event_id, line from telemetry order by event_id limit ?',
      [most],
    );

  /// Deletes an event about the device that the server has.
  static Query deleteTelemetry(String eventId) =>
    Query('delete from telemetry where event_id = ?', [eventId]);

  /// Events of the outbox that were not told of yet.
  static const Query untoldEvents = Query(
    'select count(*) as events, max(event_id) as last, (select count(*) from '
    "outbox where state = 'pending') as waiting from outbox where event_id > "
    "coalesce((select told_event from telemetry_state), '')",
  );

  /// Remembers the newest event that was told of.
  static Query rememberTold(String? toldEvent) =>
    Query('update telemetry_state set told_event = ?', [toldEvent]);

  /// Remembers when the cache was last told to be sound.
  static Query rememberCheck(String checkedAt) =>
    Query('update telemetry_state set checked_at = ?', [checkedAt]);

  /// Counts reads of content without a network.
  static Query addOfflineReads(int reads) =>
    Query(
      'update telemetry_state set offline_reads = offline_reads + ? where '
      'offline_since is not null',
      [reads],
    );

  /// Begins a stretch without a network.
  static Query beginOffline(String offlineSince) =>
    Query(
      'update telemetry_state set offline_since = ?, offline_after = '
      "coalesce((select last_ulid from sync_state), '') where offline_since is "
      'null',
      [offlineSince],
    );

  /// What the learner did in a stretch without a network.
  static Query usedOffline(String deviceId, String offlineAfter) =>
    Query(
      'select (select count(*) from attempt where device_id = ?1 and event_id > '
      '?2) as attempts, (select count(*) from session where device_id = ?1 and '
      "session_id > ?2 and end_reason is not 'completed') as unfinished",
      [deviceId, offlineAfter],
    );

  /// Ends a stretch without a network.
  static const Query endOffline = Query(
    'update telemetry_state set offline_since = null, offline_after = null, '
    'offline_reads = 0',
  );

  /// Remembers a failure that the app did not survive.
  static Query rememberFailure(String failedCode, String failedAt) =>
    Query(
      'update telemetry_state set failed_code = ?, failed_at = ?',
      [failedCode, failedAt],
    );

  /// Forgets a failure: the app works again.
  static Query forgetFailure(String failedCode) =>
    Query(
      'update telemetry_state set failed_code = null, failed_at = null where '
      'failed_code = ?',
      [failedCode],
    );

  /// Counts reports about the device that wait under an id.
  static Query countTelemetryOf(String eventId) =>
    Query(
      'select count(*) as count from telemetry where event_id = ?',
      [eventId],
    );

  /// When the oldest waiting event was created.
  static const Query oldestWaitingEvent = Query(
    "select min(created_at) as created_at from outbox where state = 'pending'",
  );

  /// Bytes of the database.
  static const Query databaseSize = Query(
    'select page_count * page_size as bytes from pragma_page_count(), '
    'pragma_page_size()',
  );

  /// The codes of the last failures, each once and newest first: of refused
  /// events, and of what the device was to report.
  static const Query lastCodes = Query(
    'select code from ( select event_id as id, code from outbox where code is '
    'not null union all select letter_id, code from dead_letter where code is '
    "not null union all select event_id, json_extract(line, '\$.body.code') "
    "from telemetry where json_extract(line, '\$.body.code') is not null) "
    'group by code order by max(id) desc',
  );

  /// The next rows of the cache, in the order of their numbers. fits: the
  /// columns agree with the body.
  static Query cachedRows(int after, int most) =>
    Query(
      'select rowid, kind, id, domain_id, skill_id, sha256, cast(body as blob) '
      "as line, case when typeof(body) = 'text' and json_valid(body) then "
      "json_extract(body, '\$.kind') is kind and json_extract(body, '\$.id') is "
      "id and json_extract(body, '\$.version') is version and "
      "json_extract(body, '\$.domain_id') is domain_id and json_extract(body, "
      "'\$.skill_id') is skill_id and json_extract(body, '\$.position') is "
      'position else 0 end as fits from content_row where rowid > ? order by '
      'rowid limit ?',
      [after, most],
    );

  /// The rows of a node: a skill and its questions, or the row of a domain.
  static Query rowsOfNode(String kind, String id) =>
    Query(
      'select rowid, kind, id, domain_id, skill_id, sha256, cast(body as blob) '
      "as line, case when typeof(body) = 'text' and json_valid(body) then "
      "json_extract(body, '\$.kind') is kind and json_extract(body, '\$.id') is "
      "id and json_extract(body, '\$.version') is version and "
      "json_extract(body, '\$.domain_id') is domain_id and json_extract(body, "
      "'\$.skill_id') is skill_id and json_extract(body, '\$.position') is "
      'position else 0 end as fits from content_row where rowid in ( select '
      'rowid from content_row where kind = ?1 and id = ?2 union all select '
      "rowid from content_row where skill_id = case ?1 when 'skill' then ?2 end)",
      [kind, id],
    );

  /// A cached row without its text.
  static Query cachedRow(String kind, String id) =>
    Query(
      'select rowid, kind, id, domain_id, skill_id, sha256 from content_row '
      'where kind = ? and id = ?',
      [kind, id],
    );

  /// The text of a cached row.
  static Query cachedBody(String kind, String id) =>
    Query('select body from content_row where kind = ? and id = ?', [kind, id]);

  /// The hashes of a skill's cached questions.
  static Query cachedQuestions(String skillId) =>
    Query('select id, sha256 from content_row where skill_id = ?', [skillId]);

  /// A cached row of no node, if there is any.
  static const Query strayRow = Query(
    'select 1 as found from content_row c where not exists ( select 1 from '
    "content_node n where n.kind = case c.kind when 'domain' then 'domain' "
    "else 'skill' end and n.id = case c.kind when 'question' then c.skill_id "
    'else c.id end) limit 1',
  );

  /// Writes a cached row.
  static Query writeCachedRow(
    String kind,
    String id,
    int version,
    String body,
    String sha256,
  ) =>
    Query(
      'insert or replace into content_row (kind, id, version, body, sha256) '
      'values (?, ?, ?, ?, ?)',
      [kind, id, version, body, sha256],
    );

  /// Copies rows of the download into the cache; rows: JSON, a list of [number,
  /// SHA-256 in hex]. `cross join` keeps this order of the tables.
  static Query writeStagedRows(String rows) =>
    Query(
      'insert or replace into content_row (kind, id, version, body, sha256) '
      "select s.kind, s.id, json_extract(s.body, '\$.version'), s.body, "
      "json_extract(r.value, '\$[1]') from json_each(?) r cross join "
      "content_staged s on s.rowid = json_extract(r.value, '\$[0]')",
      [rows],
    );

  /// Deletes a cached row by its number.
  static Query deleteCachedRow(int rowid) =>
    Query('delete from content_row where rowid = ?', [rowid]);

  /// Empties the cache, without reading an index.
  static const Query clearCache = Query('delete from content_row');

  /// Deletes the rows of domains that are not held.
  static const Query dropOtherRows = Query(
    'delete from content_row where coalesce(domain_id, id) not in (select '
    'domain_id from content_domain where version > 0)',
  );

  /// The stored tree, domains first.
  static const Query keptNodes = Query(
    'select kind, id, domain_id, hash from content_node order by kind',
  );

  /// Empties the stored tree.
  static const Query clearNodes = Query('delete from content_node');

  /// Stores a node of the tree.
  static Query addNode(String kind, String id, String? domainId, String hash) =>
    Query(
      'insert into content_node (kind, id, domain_id, hash) values (?, ?, ?, ?)',
      [kind, id, domainId, hash],
    );

  /// Deletes the nodes of skills in domains that are not held.
  static const Query dropOtherNodes = Query(
    "delete from content_node where kind = 'skill' and domain_id not in "
    '(select domain_id from content_domain where version > 0)',
  );

  /// The nodes whose rows are suspect.
  static const Query suspectNodes = Query(
    'select kind, id from content_node where suspect = 1',
  );

  /// Marks a node as suspect.
  static Query suspectNode(String id) =>
    Query('update content_node set suspect = 1 where id = ?', [id]);

  /// No node is suspect alone.
  static const Query clearSuspects = Query(
    'update content_node set suspect = 0 where suspect = 1',
  );

  /// Marks the cache as suspect.
  static const Query suspectContent = Query(
    'update sync_state set content_suspect = 1',
  );

  /// Stores how far the cache was checked.
  static Query rememberChecked(String? contentChecked, int contentSuspect) =>
    Query(
      'update sync_state set content_checked = ?, content_suspect = ?',
      [contentChecked, contentSuspect],
    );

  /// Stores the release that the cache holds now.
  static Query rememberContent(
    String contentHistory,
    int contentVersion,
    String contentRoot,
    int contentSchema,
    String contentScope,
  ) =>
    Query(
      'update sync_state set content_history = ?, content_version = ?, '
      'content_root = ?, content_schema = ?, content_scope = ?, content_suspect '
      '= 0',
      [contentHistory, contentVersion, contentRoot, contentSchema, contentScope],
    );

  /// The chosen domains, and the version that is held of each.
  static const Query chosenDomains = Query(
    'select domain_id, version from content_domain order by domain_id',
  );

  /// Chooses a domain.
  static Query chooseDomain(String domainId, int version) =>
    Query(
      'insert into content_domain (domain_id, version) values (?, ?)',
      [domainId, version],
    );

  /// Forgets the chosen domains.
  static const Query clearDomains = Query('delete from content_domain');

  /// Forgets the chosen domains that were not fetched yet.
  static const Query dropUnfetchedDomains = Query(
    'delete from content_domain where version = 0',
  );

  /// All chosen domains are held at this version.
  static Query holdDomains(int version) =>
    Query('update content_domain set version = ?', [version]);

  /// Stores which domains the device is to hold: all, some, growing.
  static Query rememberScope(String contentScope) =>
    Query('update sync_state set content_scope = ?', [contentScope]);

  /// The current download.
  static const Query currentDownload = Query('select * from content_download');

  /// Begins a download.
  static Query addDownload(
    String history,
    int rowSchema,
    int untilVersion,
    String root,
  ) =>
    Query(
      'insert into content_download (history, row_schema, until_version, root) '
      'values (?, ?, ?, ?)',
      [history, rowSchema, untilVersion, root],
    );

  /// Ends the download.
  static const Query clearDownload = Query('delete from content_download');

  /// The parts of the download.
  static const Query downloadParts = Query(
    'select * from content_part order by part',
  );

  /// Adds a part to the download.
  static Query addPart(
    int part,
    String? domains,
    int sinceVersion,
    String? bundle,
  ) =>
    Query(
      'insert into content_part (part, domains, since_version, bundle) values '
      '(?, ?, ?, ?)',
      [part, domains, sinceVersion, bundle],
    );

  /// Remembers the next page of a part.
  static Query advancePart(
    int sinceVersion,
    String? nextPage,
    int complete,
    int part,
  ) =>
    Query(
      'update content_part set since_version = ?, next_page = ?, complete = ?, '
      'bundle = null where part = ?',
      [sinceVersion, nextPage, complete, part],
    );

  /// A part is complete.
  static Query completePart(int part) =>
    Query('update content_part set complete = 1 where part = ?', [part]);

  /// Deletes the other bundles of the same domain.
  static Query dropOtherBundles(int part) =>
    Query(
      'delete from content_part where bundle is not null and part <> ?1 and '
      'domains = (select domains from content_part where part = ?1)',
      [part],
    );

  /// Gives up the bundle of a part.
  static Query dropBundleOf(int part) =>
    Query('update content_part set bundle = null where part = ?', [part]);

  /// Deletes the parts of the download.
  static const Query clearParts = Query('delete from content_part');

  /// Stores a row of the download; no body: a tombstone. A row may move from
  /// the domains of one part to those of another. Then its tombstone must not
  /// win.
  static Query stageRow(String kind, String id, String? body) =>
    Query(
      'insert into content_staged (kind, id, body) values (?, ?, ?) on conflict '
      '(kind, id) do update set body = excluded.body where excluded.body is not '
      'null',
      [kind, id, body],
    );

  /// The next rows of the download, in the order of their numbers, without
  /// tombstones. fits: kind and id agree with the body.
  static Query stagedRows(int after, int most) =>
    Query(
      'select rowid, kind, id, null as sha256, cast(body as blob) as line, case '
      "when typeof(body) = 'text' and json_valid(body) then json_extract(body, "
      "'\$.kind') is kind and json_extract(body, '\$.id') is id else 0 end as "
      "fits, case when json_valid(body) then json_extract(body, '\$.domain_id') "
      'end as domain_id, case when json_valid(body) then json_extract(body, '
      "'\$.skill_id') end as skill_id from content_staged where body is not "
      'null and rowid > ? order by rowid limit ?',
      [after, most],
    );

  /// The keys of the download's rows and tombstones.
  static const Query stagedKeys = Query('select kind, id from content_staged');

  /// The keys of the download's tombstones.
  static const Query stagedTombstones = Query(
    "select kind || '/' || id as key from content_staged where body is null "
    "and kind || '/' || id is not null",
  );

  /// Deletes a row of the download by its number.
  static Query deleteStagedRow(int rowid) =>
    Query('delete from content_staged where rowid = ?', [rowid]);

  /// Deletes the rows of the download.
  static const Query clearStaged = Query('delete from content_staged');
}
