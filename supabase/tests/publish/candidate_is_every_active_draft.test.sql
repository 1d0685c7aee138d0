begin;
select plan(1);

select tests.a_curriculum();
update content.question set status = 'withdrawn' where id = tests.question(6);
update content.skill set status = 'draft' where id = tests.skill(2);

select private.collect_candidate(false, 1);
select bag_eq('select kind, id, parent_status from pg_temp.candidate where body is not null',
  $$ select 'domain' as kind, tests.domain(n) as id, 'active' as parent_status from generate_series(1, 2) n
     union all select 'skill', tests.skill(n), 'active' from unnest(array[1, 3]) n
     union all select 'question', tests.question(n), case when n in (3, 4) then 'draft' else 'active' end from generate_series(1, 5) n $$,
  'I2: the first release takes all active drafts, even those whose parents are not active');

select * from finish();
rollback;
