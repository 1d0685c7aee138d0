begin;
select plan(6);

select tests.a_release();
update content.question set prompt = 'Edited?' where id = tests.question(1);
update content.question set status = 'withdrawn' where id = tests.question(2);
update content.question set prompt = 'Edited for good?' where id = tests.question(3);
select tests.publish(true);
select public.rollback_release(1);
update content.question set prompt = 'Edited for good?' where id = tests.question(3);
select tests.publish();

create function pg_temp.kinds(p_since integer, p_domains uuid[], p_same boolean) returns table (kind text, id uuid)
language sql as $$
  select l::json ->> 'kind', coalesce(l::json ->> 'id', '00000000-0000-0000-0000-000000000000')::uuid
  from string_to_table(private.content_page(private.history(), 1::smallint, p_since, null, p_domains, null, 1000, p_same => p_same), E'\n') l
  where l like '{%' and l::json ->> 'kind' not in ('page', 'end')
$$;

select set_eq($$ select * from pg_temp.kinds(1, null, true) $$,
  $$ values ('same', tests.question(1)), ('same', tests.question(2)), ('question', tests.question(3)) $$,
  'C2: after a roll-back, rows that a device holds but for their version come without texts');
select set_eq($$ select * from pg_temp.kinds(1, null, false) $$,
  $$ values ('question', tests.question(1)), ('question', tests.question(2)), ('question', tests.question(3)) $$,
  'C2: a device that does not ask for it gets every text');
select set_eq($$ select * from pg_temp.kinds(2, null, true) $$,
  $$ values ('question', tests.question(1)), ('question', tests.question(2)), ('same', tests.question(3)) $$,
  'C2: a device with the version that was rolled back gets the texts that have changed since');
select set_eq($$ select * from pg_temp.kinds(3, null, true) $$, $$ values ('question', tests.question(3)) $$,
  'C2: a release after a roll-back is an ordinary delta');
select is((select count(*) from pg_temp.kinds(1, array[tests.domain(2)], true) k where k.kind = 'same'
  and not exists (select from content.revision r where r.id = k.id and r.domain_id = tests.domain(2))), 0::bigint,
  'C7: only rows of the requested domains come');
select is((select sha256(convert_to(regexp_replace(b.body, '"version":1', '"version":' || n.version), 'UTF8')) from content.revision b, content.revision n
  where b.id = tests.question(1) and b.version = 1 and b.schema = 2 and n.id = b.id and n.version = 3 and n.schema = 2),
  (select r.sha256 from content.revision r where r.id = tests.question(1) and r.version = 3 and r.schema = 2),
  'C6: the held line with the new version has the published hash');

select * from finish();
rollback;
