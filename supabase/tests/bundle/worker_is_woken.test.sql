begin;
select plan(5);

create temporary view woken as select url from net.http_request_queue where url like '%/bundle';
select tests.a_release();
select is_empty('select * from woken', 'C1: a publish wakes no worker when the URL of the functions is not set');
select is(ops.continue_bundles(), false, 'C1: the schedule wakes no worker when the URL of the functions is not set');
select tests.configure_signals();
update content.question set prompt = 'New' where id = tests.question(1);
select tests.publish();
select results_eq('select * from woken', $$ values ('http://127.0.0.1:1/functions/v1/bundle') $$, 'C1: a publish wakes the bundle worker');
select is(ops.continue_bundles(), true, 'C1: the schedule wakes the bundle worker while there is work');
select tests.bundle_all();
select is(ops.continue_bundles(), false, 'C1: the schedule wakes no worker when there is no work');

select * from finish();
rollback;
