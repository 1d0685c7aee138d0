begin;
select plan(6);

-- Changes by hand without a trail, each with its reason. A new table is audited, refused, or gets a reason here.
create temporary table allowed (name text, operations text, reason text) on commit drop;
insert into allowed values
  ('content.bundle', 'insert, update, delete, truncate', 'derived from releases and written again by the worker; devices check the hash'),
  ('content.unused_media', 'insert, update, delete, truncate', 'marks of a job, which compares them with the drafts and revisions again before a removal'),
  ('content.release_size', 'insert, update, delete, truncate', 'derived from revisions, for estimates only'),
  ('content.tree_text', 'insert, update, delete, truncate', 'a cache of texts between two releases'),
  ('content.release_state', 'insert, update, delete, truncate', 'times of hints and bundles, which jobs write'),
  ('content.draft_mark', 'insert', 'a mark too many publishes nothing, because the candidate is compared'),
  ('ops.audit', 'insert', 'an entry more hides nothing'),
  ('ops.change_note', 'insert, update, delete, truncate', 'hints to be sent; devices also poll'),
  ('ops.quarantine_load', 'insert, update, delete, truncate', 'a counter, checked against the quarantine'),
  ('ops.replay_queue', 'insert, update, delete, truncate', 'whose turn is next; a contact replays without it'),
  ('ops.telemetry', 'insert', 'changes nobody''s progress, and a trigger would cost every batch'),
  ('private.known_trigger', 'insert, update, delete, truncate', 'what migrations note; the alarm compares it with the catalogue'),
  ('private.replay_cursor', 'insert, update, delete, truncate', 'where the job goes on; it starts over without'),
  ('ops.wake', 'insert, update, delete, truncate', 'tokens of one call each; the schedule calls again');

create function pg_temp.found() returns setof text language sql as $$
  select distinct concat_ws(' ', regexp_replace(c.name, '_(\d{4}_\d\d|default)$', ''), c.operation) from tests.changes_without_trail() c $$;
select set_eq('select * from pg_temp.found()', $$ select a.name || ' ' || o from allowed a, unnest(string_to_array(a.operations, ', ')) o $$,
  'O1: every change by hand is audited or refused, but for those that are listed with a reason');

create table ops.offender (id integer primary key);
select set_has('select * from pg_temp.found()', $$ values ('ops.offender insert'), ('ops.offender truncate') $$, 'O1: the sweep finds a new table without a decision');
select private.watch_by_hand('ops.offender', 'insert or update or delete');
select set_hasnt('select * from pg_temp.found()', $$ select 'ops.offender ' || o from unnest(array['insert', 'update', 'delete', 'truncate']) o $$,
  'O1: the sweep accepts a watched table');
alter table ops.offender disable trigger offender_audit_hand;
select set_has('select * from pg_temp.found()', $$ values ('ops.offender delete') $$, 'O1: the sweep finds a disabled trigger');

select throws_ok(format('truncate %s cascade', t.name), 'CR002', null, 'O1: refused: truncate ' || t.name)
from (select string_agg(t.name, ', ') as name from tests.product_table t
  where t.relkind = 'r' and t.name not in (select name from allowed where operations ~ 'truncate') and t.name <> 'ops.offender') t;
create function pg_temp.truncated() returns setof text language plpgsql as $$
declare v_name text;
begin
  for v_name in select t.name from tests.product_table t where t.relkind in ('r', 'p') and t.name not in (select name from allowed where operations ~ 'truncate')
  loop
    begin
      execute format('truncate %s cascade', v_name);
      return next v_name;
    exception when sqlstate 'CR002' then null;
    end;
  end loop;
end $$;
drop table ops.offender;
select is_empty('select * from pg_temp.truncated()', 'O1: TRUNCATE … CASCADE of each watched table and partition is refused');

select * from finish();
rollback;
