begin;
select plan(4);

select ops.ensure_partitions('2025-03-01', 1);
insert into learner.batch
select tests.learner(), at, tests.event_id(n::integer), tests.device(), 0, 0, 0, 0, 0
from unnest('{2025-03-31 12:00Z,2025-04-01 12:00Z}'::timestamptz[]) with ordinality t (at, n);
create temporary view kept as select to_char(received_at at time zone 'utc', 'YYYY-MM') as month from learner.batch where user_id = tests.learner();

select is(ops.drop_old_batches('2025-09-27 12:00Z'), 0, 'U8: a month of batches is kept while its last day is within 180 days');
select is(ops.drop_old_batches('2025-09-29 12:00Z'), 1, 'U8: a month of batches is dropped 180 days after its last day');
select set_eq('table kept', array['2025-04'], 'U8: later months of batches stay');
update ops.pressure_setting set keep_batch_days = 400;
select is(ops.drop_old_batches('2026-03-01 12:00Z'), 0, 'U8: batches are kept as long as the setting says');

select * from finish();
rollback;
