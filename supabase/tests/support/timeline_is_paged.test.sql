begin;
select plan(7);

select tests.a_release();
select tests.send(variadic array(select tests.attempt(n, 1) from generate_series(10, 39) n));
select tests.send(tests.attempt(50, 1), 'x', 'y');

select is((select count(*) from public.support_timeline(tests.learner(), 'test', page_rows => asked)), given,
  format('I10: a request for %s rows of a timeline gets %s', asked, given))
from (values (-1, 1::bigint), (0, 1), (3, 3)) page (asked, given);
create function pg_temp.pages_of(p_rows integer) returns table (kind text, detail jsonb)
language plpgsql
as $$
declare
  v_after text;
begin
  loop
    drop table if exists pg_temp.page;
    create temporary table page as select * from public.support_timeline(tests.learner(), 'test', v_after, page_rows => p_rows) with ordinality;
    -- Each look adds an operation at the top, which is not what is counted here.
    return query select p.kind, p.detail from page p where p.kind <> 'operation';
    select p.cursor into v_after from page p order by p.ordinality desc limit 1;
    exit when not found;
  end loop;
end
$$;
select bag_eq(format('select * from pg_temp.pages_of(%s)', page_rows), 'select * from pg_temp.pages_of(1000)',
  format('I10: pages of %s rows show every entry once, even when all events have the same time', page_rows))
from unnest(array[7, 10, 36]) page_rows;
select is((select count(*) from pg_temp.pages_of(1000)), 36::bigint, 'I10: the test learner has 36 entries');

select * from finish();
rollback;
