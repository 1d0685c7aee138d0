begin;
select plan(3);

select tests.a_release();
select tests.send(tests.attempt(10, 1), tests.event(11, 'note.written', '{}'), 'broken');
update content.question set explanation = 'Changed.' where id = tests.question(1);

-- Odd values of each type, and good ones of the names that lead further into a function.
create temporary table odd on commit drop as
select t.type, 'null::' || t.type as value from unnest(array['uuid', 'integer', 'bigint', 'smallint', 'text', 'timestamp with time zone', 'boolean', 'json', 'jsonb', 'text[]', 'uuid[]']) t (type)
union all
select t.type, format('%L::%s', v, t.type)
from (values
  ('uuid', array['00000000-0000-0000-0000-000000000000']),
  ('integer', array['0', '-1', '2147483647', '-2147483648']),
  ('bigint', array['0', '-1', '9223372036854775807', '-9223372036854775808']),
  ('smallint', array['0', '-1', '32767', '-32768']),
  ('text', array['', ' ', E'\x01', repeat('x', 100000), 'infinity', '1|2|3', '99999-99-99T99:99:99.999999Z|event|0', '2026-11-30T00:00:00.000000Z|event|0', '-1', '{']),
  ('timestamp with time zone', array['infinity', '-infinity', '0001-01-01 BC', '294276-12-31T23:59:59Z', '1970-01-01Z']),
  ('boolean', array['true', 'false']),
  ('json', array['null', '[]', '[null]', '"x"', '1e308', '{}', '-1']),
  ('jsonb', array['null', '[]', '[null]', '"x"', '1e308', '{}', '-1']),
  ('text[]', array['{}', '{NULL}', '{x,x}', '{{a},{b}}']),
  ('uuid[]', array['{}', '{NULL}', '{{00000000-0000-0000-0000-000000000000}}'])) t (type, list), unnest(t.list) v;
create temporary table good (name text, value text) on commit drop;
insert into good values
  ('learner', format('%L::uuid', tests.learner())), ('device', format('%L::uuid', tests.device())), ('device_id', format('%L::uuid', tests.device())),
  ('skill', format('%L::uuid', tests.skill(1))), ('skill_id', format('%L::uuid', tests.skill(1))), ('event_id', format('%L', tests.ulid(500))),
  ('occurred_at', quote_literal('2025-11-22T10:00:00Z')), ('mastery', '10'), ('reason', quote_literal('A reason.')), ('url', quote_literal('https://example.com/hook')),
  ('ids', (select format('array[%L]', encode(sha256, 'hex')) from ops.quarantine limit 1)), ('id', (select quote_literal(encode(sha256, 'hex')) from ops.quarantine limit 1)),
  ('expected_hash', (select quote_literal(private.preview_release(1) ->> 'hash'))), ('at', $$(now() + interval '1 day')$$), ('with_code', quote_literal('unknown_type')),
  ('history', quote_literal(private.history())), ('version', '1'), ('to_version', '1'), ('kind', quote_literal('attempt'));
create temporary table parameter on commit drop as
select p.oid, p.proname as function, n.name, n.place, format_type(n.type, null) as type
from pg_proc p
cross join lateral (select a.type, p.proargnames[a.place] as name, a.place from unnest(p.proargtypes) with ordinality a (type, place)) n
where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') and p.proname not like 'pgtap%';

-- Each parameter takes each odd value, while the others are good, or null.
create temporary table call on commit drop as
select distinct p.function, format('select * from public.%I(%s)', p.function, string_agg(
  case when a.place = p.place then o.value
    when w.is_good then coalesce((select g.value from good g where g.name = a.name), 'null')::text else 'null' end || '::' || a.type, ', ' order by a.place)) as call
from parameter p
join odd o on o.type = p.type
cross join (values (true), (false)) w (is_good)
join parameter a on a.oid = p.oid
group by p.oid, p.function, p.place, o.value, w.is_good;

create function pg_temp.answer(p_call text) returns text language plpgsql as $$
begin
  begin
    execute p_call;
    raise exception using errcode = 'ZZ000';
  exception when others or query_canceled then
    return case when sqlstate <> 'ZZ000' then sqlstate || ' ' || sqlerrm end;
  end;
end $$;
grant execute on function pg_temp.answer(text) to public;
grant select on call, parameter, odd to public;
create temporary table answer (who text, call text, answer text) on commit drop;
grant all on answer to public;
select tests.authenticate(tests.learner());
insert into answer select 'learner', c.call, pg_temp.answer(c.call) from call c
where c.function in ('ingest', 'merge_progress', 'learner_changes', 'own_quarantine', 'list_devices', 'revoke_device', 'content_head', 'content_delta');
select tests.authenticate(tests.learner(9), 'admin');
insert into answer select 'admin', c.call, pg_temp.answer(c.call) from call c
where c.function not in ('ingest', 'merge_progress', 'learner_changes', 'own_quarantine');
select tests.reset_role();

select ok(count(*) > 500 and count(distinct function) > 25, format('U8: %s calls of %s functions with odd parameters', count(*), count(distinct function))) from call;
select is_empty($$ select distinct left(a.call, 200), left(a.answer, 200) from answer a
  where a.answer is not null and not exists (select from private.error_code e where left(a.answer, 5) = any (e.sqlstates)) $$,
  'U8: every odd parameter is taken, or refused with a code of the registry');
select is_empty($$ select p.function, p.name, p.type from parameter p where p.type not in (select o.type from odd o) $$, 'U8: every type of a parameter has odd values here');

select * from finish();
rollback;
