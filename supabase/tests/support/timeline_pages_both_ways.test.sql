begin;
select plan(10);

-- Rows of many kinds, several of which share a time: one millisecond for all events, and equal times for others.
select tests.a_release();
select tests.send(variadic array(select tests.attempt(n, 1) from generate_series(10, 24) n));
select tests.send(tests.attempt(50, 1), 'x', 'y', 'z');
select tests.send(replace(tests.progress(12, 1, 3), tests.ulid(12), '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'), replace(tests.progress(11, 1, 2), tests.ulid(11), '00000000000000000000000000'));
insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
select tests.learner(), private.ulid_time(tests.event_id(1)) + n % 2 * interval '400 microseconds', gen_random_uuid(), tests.device(), 0, 0, 0, 0, 0 from generate_series(1, 6) n;
insert into ops.quarantine (user_id, sha256, code, body, status, first_seen_at, last_seen_at)
select tests.learner(), sha256(n::text::bytea), 'invalid_json', 'x', 'open', now(), private.ulid_time(tests.event_id(1)) from generate_series(1, 4) n;

-- Looks add operations, so those are left out.
create temporary table whole on commit drop as
  select row_number() over () as place, t.* from public.support_timeline(tests.learner(), 'test', page_rows => 500, with_kinds => '{batch,event,quarantine,device}') t;
create function pg_temp.walk(p_rows integer, p_newer boolean) returns table (cursor text) language plpgsql as $$
declare v_at text := case when p_newer then (select w.cursor from whole w order by w.place desc limit 1) end; v_page text[]; v_all text[] := '{}';
begin
  for v_turn in 1..100 loop
    v_page := array(select t.cursor from public.support_timeline(tests.learner(), 'test', case when not p_newer then v_at end, case when p_newer then v_at end, p_rows,
      with_kinds => '{batch,event,quarantine,device}') with ordinality t order by t.ordinality);
    exit when v_page = '{}';
    -- Newer pages are put before.
    v_all := case when p_newer then v_page || v_all else v_all || v_page end;
    v_at := case when p_newer then v_page[1] else v_page[cardinality(v_page)] end;
  end loop;
  return query select a from unnest(v_all) with ordinality u (a, place) order by place;
end $$;
select cmp_ok((select count(*) from whole), '>', 30::bigint, 'O2: the test learner has a long timeline');
select results_eq(format('select * from pg_temp.walk(%s, false)', rows), 'select cursor from whole order by place', format('O2: pages of %s rows towards older entries show every entry once', rows))
from unnest(array[1, 3, 7]) rows;
select results_eq(format('select * from pg_temp.walk(%s, true)', rows), 'select cursor from whole where place < (select max(place) from whole) order by place',
  format('O2: pages of %s rows towards newer entries show every entry once', rows)) from unnest(array[1, 3, 7]) rows;
-- Every cursor of the list, in both directions.
select is((select count(*) from whole w where (select t.cursor from public.support_timeline(tests.learner(), 'test', w.cursor, page_rows => 1, with_kinds => '{batch,event,quarantine,device}') t)
  is distinct from (select x.cursor from whole x where x.place = w.place + 1)), 0::bigint, 'O2: after every entry comes the next older one');
select is((select count(*) from whole w where (select t.cursor from public.support_timeline(tests.learner(), 'test', before => w.cursor, page_rows => 1, with_kinds => '{batch,event,quarantine,device}') t)
  is distinct from (select x.cursor from whole x where x.place = w.place - 1)), 0::bigint, 'O2: before every entry comes the next newer one');
select is((select count(*) from whole w cross join whole x where x.place > w.place and (x.at, x.kind) > (w.at, w.kind)), 0::bigint, 'O2: the timeline is sorted by time and kind');

select * from finish();
rollback;
