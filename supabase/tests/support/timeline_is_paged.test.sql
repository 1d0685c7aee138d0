begin;
select plan(3);

select tests.a_release();
select tests.send(variadic array(select tests.attempt(n, 1) from generate_series(10, 39) n));
select tests.send(tests.attempt(50, 1));

select is((select count(*) from public.support_timeline(tests.learner(), page_rows => 3)), 3::bigint, 'I10: at most page_rows rows');
select is_empty($$ select from public.support_timeline(tests.learner(), '1999-01-01') $$, 'I10: before is exclusive');
create function pg_temp.events_by_pages_of(p_rows integer) returns bigint
language plpgsql
as $$
declare
  v_seen text[] := '{}';
  v_page record;
  v_before timestamptz;
begin
  loop
    select min(at) as before, array_agg(detail ->> 'event_id') filter (where kind = 'event') as events into v_page
    from public.support_timeline(tests.learner(), v_before, p_rows);
    exit when v_page.before is null;
    v_seen := v_seen || v_page.events;
    v_before := v_page.before;
  end loop;
  return (select count(distinct id) from unnest(v_seen) id);
end
$$;
select is(pg_temp.events_by_pages_of(10), 31::bigint, 'I10: page by page, every event is seen, though a batch shares one time');

select * from finish();
rollback;
