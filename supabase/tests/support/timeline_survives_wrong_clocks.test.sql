begin;
select plan(5);

select tests.a_release();
-- The first and the last ULID there can be, and three of one millisecond around which everything else is paged.
select tests.send(tests.progress(10, 1, 1, '{}'),
  replace(tests.progress(11, 1, 2), tests.ulid(11), '00000000000000000000000000'), replace(tests.progress(12, 1, 3), tests.ulid(12), '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'),
  tests.progress(13, 1, 4), tests.progress(14, 1, 5));
create function pg_temp.pages_of(p_rows integer) returns setof text
language plpgsql
as $$
declare
  v_after text;
begin
  loop
    drop table if exists pg_temp.page;
    create temporary table page as select * from public.support_timeline(tests.learner(), 'test', v_after, page_rows => p_rows) with ordinality;
    return query select p.detail ->> 'event_id' from page p where p.kind = 'event' order by p.ordinality;
    select p.cursor into v_after from page p order by p.ordinality desc limit 1;
    exit when not found;
  end loop;
end
$$;
select results_eq(format('select * from pg_temp.pages_of(%s)', page_rows),
  $$ values ('7ZZZZZZZZZZZZZZZZZZZZZZZZZ'), (tests.ulid(14)), (tests.ulid(13)), (tests.ulid(10)), ('00000000000000000000000000') $$,
  format('O2: pages of %s rows show events of wrong clocks once and in order', page_rows)) from unnest(array[1, 2, 3]) page_rows;

select is((select detail ->> 'event_id' from public.support_timeline(tests.learner(), 'test', cursor, page_rows => 1)), expected,
  'O2: the timeline continues after the cursor ' || cursor)
from (values
  (private.timeline_cursor(private.ulid_time(tests.event_id(1)), 'quarantine', 'a'), tests.ulid(14)),
  (private.timeline_cursor(private.ulid_time(tests.event_id(1)), 'batch', 'a'), '00000000000000000000000000')) c (cursor, expected);

select * from finish();
rollback;
