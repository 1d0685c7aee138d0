begin;
select plan(3);
-- What each function calls, and which ones ask the map. A function is safe if it asks, or if one that it calls does so before.
create temp table f as
  select n.nspname || '.' || p.proname as name, string_agg(p.prosrc, ' ') as src, bool_or(p.prorettype = 'trigger'::regtype) as is_trigger
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('private', 'ops', 'public') group by 1;
create temp table call as
  select f.name as caller, m[1] as callee from f, regexp_matches(f.src, '\m((?:private|ops|public)\.[a-z_0-9]+)\s*\(', 'g') m
  where m[1] <> f.name and exists (select from f g where g.name = m[1])
    -- It names the cures of alarms in its texts, and calls none of them.
    and f.name <> 'private.open_alarms';
create temp table asks as
  select f.name from f where f.src ~ '\mprivate\.(refuse_moved|is_here|lock_for_move|refuse_absent|is_present|hold_off_erasures)\(';
insert into asks select c.caller from call c where c.callee in ('private.lock_learner', 'private.adoption_of', 'private.move_of');
create function pg_temp.unasked() returns setof text language sql as $$
  with recursive up as (
    select f.name from f
    where f.name not in (select a.name from asks a) and exists (
      select from private.move_sections() s where s.section <> 'ops.cohort' and f.src ~ ('(insert into|update|delete from)\s+(only\s+)?' || replace(s.section, '.', '\.') || '\M'))
    union
    select c.caller from up u join call c on c.callee = u.name where c.caller not in (select a.name from asks a)
  )
  select u.name from up u where not exists (select from call c where c.callee = u.name) and not (select f.is_trigger from f where f.name = u.name)
$$;

select cmp_ok((select count(*) from asks), '>=', 20::bigint, 'O6: the sweep finds the functions that ask where a learner lives');
select results_eq('select u from pg_temp.unasked() u order by u collate "C"', array[
    'ops.check_projections', 'ops.drop_old_batches', 'ops.drop_old_telemetry', 'ops.prune_content_reports', 'ops.prune_settled',
    -- A move refuses a learner who is being erased.
    'ops.run_erasures'],
  'O6: no function but retention, erasure and figures writes rows of a learner without asking whether they live in this cell');
insert into f values ('public.new_writer', 'begin insert into learner.practice (user_id) values (p_user); end', false);
select ok('public.new_writer' in (select u from pg_temp.unasked() u), 'O6: the sweep finds a new function that does not ask');
select * from finish();
rollback;
