begin;
select plan(4);

select tests.a_release();
alter table learner.event add constraint event_offset_not_7 check (utc_offset_minutes <> 7) not valid;
create temporary table answer on commit drop as
  select * from unnest(tests.send(variadic array(
    select tests.attempt(n, 1, '{}', jsonb_build_object('utc_offset_minutes', case when n in (1, 250, 251, 500) then 7 else 0 end)) from generate_series(1, 500) n)))
  with ordinality r (result, place);

select results_eq($$ select place from answer where result = 'quarantined internal' order by place $$, 'values (1::bigint), (250), (251), (500)',
  'I7: four invalid events in a batch of 500 are quarantined, wherever they stand');
select is((select count(*) from answer where result = 'applied'), 496::bigint, 'I7: the other 496 events of the batch are applied');
select is((select attempts from learner.skill_progress where user_id = tests.learner()), 496,
  'I4: an event that is tried several times counts once');
select is((select count(distinct change_seq) from learner.attempt where user_id = tests.learner()), 496::bigint,
  'I8: each applied event has its own change number');

select * from finish();
rollback;
