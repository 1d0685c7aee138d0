begin;
select plan(9);

select tests.a_release();
delete from ops.health_hour;
insert into ops.health_hour
select date_trunc('hour', now() - h.age, 'UTC'), m.metric, m.label, m.amount
from (values (interval '2 hours'), (interval '10 days')) h (age)
cross join (values ('events', 'attempt.recorded', 6), ('events', 'session.started', 2), ('answers', 'correct', 4), ('answers', 'wrong', 2),
  ('answer_delay', '1', 3), ('answer_delay', '60', 3), ('answer_delay_offline', '60', 1), ('answer_delay_ms', '', 25000), ('answer_delay_offline_ms', '', 5000),
  ('outbox_events', 'made', 9), ('outbox_events', 'held', 8), ('batches', '', 3), ('results', 'applied', 7), ('results', 'quarantined', 1),
  ('dead_letters', '', 1), ('failures', 'fatal', 1), ('failures', 'handled', 2)) m (metric, label, amount);
select tests.send(tests.progress(10, 1, 101), tests.progress(11, 1, 102), tests.event(12, 'note.written', '{}'));
select tests.send_for(2, tests.progress(13, 1, 103));
update ops.job set last_run_at = now(), last_ok_at = now(), failures = 0, last_error = null;
update ops.job set failures = 2, last_error = 'broken (XX000)' where name = 'webhooks';
update ops.job set last_run_at = now() - interval '1 year' where name = 'health';

select tests.authenticate(tests.learner(9), 'support');
select results_eq('select events, answers, delay_s, made, held, batches, quarantined, dead_letters, failures from public.health_by_hour()',
  $$ values (8::bigint, 6::bigint, 4::float8, 9::bigint, 8::bigint, 3::bigint, 1::bigint, 1::bigint, 3::bigint) $$,
  'O4: health_by_hour sums an hour, and the mean delay leaves out answers of offline periods');
select is((select count(*) from public.health_by_hour(744)), 2::bigint, 'O4: health_by_hour reaches back as far as asked');
select is(tests.raised('select public.health_by_hour(745)'), 'CR044 hours', 'U8: health_by_hour refuses more than 744 hours');
select is(tests.raised('select public.health_by_hour(0)'), 'CR044 hours', 'U8: health_by_hour refuses no hours');
select results_eq($$ select name, state, last_error from public.jobs() limit 2 $$, $$ values ('health', 'late', null), ('webhooks', 'failing', 'broken (XX000)') $$,
  'O4: jobs lists late and failing jobs first, with the last error');
select is((select every_s from public.jobs() where name = 'webhooks'), 60::bigint, 'O4: jobs says how often a job should run');
select is((select count(*) from public.jobs() where state = 'ok'), (select count(*) - 2 from public.jobs()), 'O4: all other jobs are ok');
select results_eq('select code, status, events, learners from public.quarantine_counts()',
  $$ values ('invalid_event', 'open', 3::bigint, 2::bigint), ('unknown_type', 'held', 1::bigint, 1::bigint) $$, 'U3: quarantine_counts counts waiting events and learners by code');
select tests.reset_role();
select is_empty($$ select from ops.audit where action in ('health_by_hour', 'jobs', 'quarantine_counts') $$, 'O2: sums are no look at a learner');

select * from finish();
rollback;
