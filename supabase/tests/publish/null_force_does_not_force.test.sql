begin;
select plan(4);

select tests.a_release();
update content.question set status = 'withdrawn' where id in (tests.question(1), tests.question(3), tests.question(4));
create temporary table preview on commit drop as select public.preview_release()::jsonb as p;

select is((select (p ->> 'needs_force')::boolean from preview), true, 'I3: three of eleven rows are more than a fifth');
select throws_ok($$ select public.publish_release('x', null, null) $$, 'CR006', null, 'I3: a null force does not force a release');
select throws_ok($$ select public.schedule_release(now() + interval '1 hour', (select p ->> 'hash' from preview), force => null) $$, 'CR006', null,
  'I3: a null force does not force a schedule');
update content.question set status = 'active' where id = tests.question(1);
select is((select public.schedule_release(now() + interval '1 hour', public.preview_release() ->> 'hash', force => null) ->> 'force'), 'false',
  'C5: a schedule with a null force is stored as not forced');

select * from finish();
rollback;
