-- What:  the rules of every event type, as rows: one jsonpath predicate per field.
-- Why:   validation implies every constraint of the tables, and names the field that is wrong. zod gives the
--        same verdicts to clients; a differential test holds the two together.
create table private.event_rule (
  type    text not null,
  version smallint not null,
  place   smallint not null,
  field   text not null,
  rule    jsonpath not null,
  constraint event_rule_pkey primary key (type, version, place)
);
comment on table private.event_rule is
  'A field is right when its rule is true; unknown fields are no concern. Types: batch and event are the envelopes.';

create table private.event_type (
  type    text not null,
  version smallint not null,
  rules   jsonpath not null,
  kept_in text not null default 'ledger',
  constraint event_type_pkey primary key (type, version),
  constraint event_type_kept_in_known check (kept_in in ('ledger', 'telemetry'))
);
comment on table private.event_type is 'All rules of a type in one predicate: one evaluation for the good event, the rows only for the bad one.';
comment on column private.event_type.kept_in is 'The ledger, for good; or ops.telemetry, for some months.';

alter table private.event_rule enable row level security;
alter table private.event_type enable row level security;
create policy event_rule_all_nobody on private.event_rule for all to anon, authenticated using (false);
create policy event_type_all_nobody on private.event_type for all to anon, authenticated using (false);

do $$
declare
  -- Lax paths unwrap arrays, so each rule asks for the type first.
  v_ulid constant text := '(%1$s.type() == "string" && %1$s like_regex "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")';
  v_uuid constant text := '(%1$s.type() == "string" && %1$s like_regex "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")';
  v_time constant text := '(%1$s.type() == "string" && %1$s like_regex "^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$")';
  v_int constant text := '(%1$s.type() == "number" && %1$s.floor() == %1$s && %1$s >= %2$s && %1$s <= %3$s)';
  v_text constant text := '(%1$s.type() == "string" && %1$s like_regex "^.{1,%2$s}$" flag "s")';
  v_maybe constant text := '(!exists(%1$s) || %1$s.type() == "null" || %2$s)';
  v_version constant text := format(v_int, '$.body.content_version', 1, 2147483647);
  v_session constant text := format(v_ulid, '$.body.session_id');
  v_skill constant text := format(v_uuid, '$.body.skill_id');
  v_reset constant text := format(v_maybe, '$.body.reset', format('($.body.reset.type() == "object" && %s && %s)',
    format(v_int, '$.body.reset.count', 1, 2147483647), format(v_ulid, '$.body.reset.event')));
  -- A filter unwraps an element that is an array itself, .type() does not: [["…"]] must not pass.
  v_ids constant text := format('(%%1$s.type() == "array" && %%1$s.size() <= 1000 && !exists(%%1$s[*].type() ? (@ != "string")) && !exists(%%1$s[*] ? (!%s)))',
    format(v_uuid, '@'));
  v_completed constant text := format(v_maybe, '$.body.completed', format(v_ids, '$.body.completed'));
begin
  insert into private.event_rule (type, version, place, field, rule)
  select r.type, 1, r.place, r.field, r.rule::jsonpath
  from (values
    (1, 'batch', '', '$.type() == "object"'),
    (2, 'batch', 'batch_id', format(v_ulid, '$.batch_id')),
    (3, 'batch', 'device_id', format(v_uuid, '$.device_id')),
    (4, 'batch', 'sent_at', format(v_time, '$.sent_at')),
    (5, 'batch', 'platform', format(v_maybe, '$.platform', format(v_text, '$.platform', 60))),
    (6, 'batch', 'app_version', format(v_maybe, '$.app_version', format(v_text, '$.app_version', 60))),
    (7, 'batch', 'contract_version', format(v_int, '$.contract_version', 1, 32767)),
    (8, 'batch', 'content_version', format(v_maybe, '$.content_version', format(v_int, '$.content_version', 0, 2147483647))),
    (9, 'batch', 'content_schema', format(v_maybe, '$.content_schema', format(v_int, '$.content_schema', 1, 32767))),
    (10, 'batch', 'pull', format(v_maybe, '$.pull', format('($.pull.type() == "object" && %s && %s)',
      format(v_maybe, '$.pull.cursor', format(v_text, '$.pull.cursor', 100)),
      format(v_maybe, '$.pull.limit', format(v_int, '$.pull.limit', 1, 1000))))),
    (60, 'batch', 'dead_letters', format(v_maybe, '$.dead_letters', format(
      '($.dead_letters.type() == "array" && $.dead_letters.size() <= 500 && !exists($.dead_letters[*].type() ? (@ != "string" && @ != "null"))'
      || ' && !exists($.dead_letters[*] ? (@.type() == "string" && !%s)))', format(v_text, '@', 200)))),
    (10, 'event', '', '$.type() == "object"'),
    (11, 'event', 'id', format(v_ulid, '$.id')),
    (12, 'event', 'type', format(v_text, '$.type', 64)),
    (13, 'event', 'version', format(v_int, '$.version', 1, 32767)),
    (14, 'event', 'learner_id', format(v_uuid, '$.learner_id')),
    (15, 'event', 'device_id', format(v_uuid, '$.device_id')),
    (16, 'event', 'occurred_at', format(v_time, '$.occurred_at')),
    (17, 'event', 'utc_offset_minutes', format(v_int, '$.utc_offset_minutes', -1080, 1080)),
    (18, 'event', 'body', '$.body.type() == "object"'),
    (19, 'session.started', 'body.session_id', v_session),
    (20, 'session.started', 'body.skill_id', format(v_maybe, '$.body.skill_id', v_skill)),
    (21, 'session.started', 'body.content_version', v_version),
    (22, 'session.ended', 'body.session_id', v_session),
    (23, 'session.ended', 'body.reason', '($.body.reason == "completed" || $.body.reason == "abandoned" || $.body.reason == "timed_out") && $.body.reason.type() == "string"'),
    (24, 'attempt.recorded', 'body.session_id', v_session),
    (25, 'attempt.recorded', 'body.question_id', format(v_uuid, '$.body.question_id')),
    (26, 'attempt.recorded', 'body.content_version', v_version),
    (27, 'attempt.recorded', 'body.answer', '$.body.answer.type() == "object"'),
    (28, 'attempt.recorded', 'body.correct', '$.body.correct.type() == "boolean"'),
    (29, 'attempt.recorded', 'body.duration_ms', format(v_int, '$.body.duration_ms', 0, 86400000)),
    (30, 'attempt.recorded', 'body.reset', v_reset),
    (31, 'progress.advanced', 'body.skill_id', v_skill),
    (32, 'progress.advanced', 'body.mastery', format(v_int, '$.body.mastery', 0, 100)),
    (33, 'progress.advanced', 'body.completed', v_completed),
    (34, 'progress.advanced', 'body.reset', v_reset),
    (35, 'progress.reset', 'body.skill_id', v_skill),
    (36, 'progress.reset', 'body.count', format(v_int, '$.body.count', 1, 2147483647)),
    (37, 'progress.reset', 'body.base', format(v_maybe, '$.body.base', format('($.body.base.type() == "object" && %s && %s)',
      format(v_int, '$.body.base.mastery', 0, 100),
      format(v_maybe, '$.body.base.completed', format(v_ids, '$.body.base.completed')))))
  ) r (place, type, field, rule);

  insert into private.event_type (type, version, rules)
  select r.type, r.version, string_agg('(' || r.rule::text || ')', ' && ' order by r.place)::jsonpath
  from private.event_rule r
  group by r.type, r.version;
end
$$;

create function private.broken_field(p_type text, p_version smallint, p_value jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select r.field
  from private.event_rule r
  where r.type = p_type and r.version = p_version and (p_value @@ r.rule) is not true
  order by r.place
  limit 1
$$;
comment on function private.broken_field(text, smallint, jsonb) is
  'The first field that breaks a rule of its type (empty for the value itself), or null.';
