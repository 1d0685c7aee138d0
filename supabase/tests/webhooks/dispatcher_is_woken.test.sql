begin;
select plan(12);

create function pg_temp.woken() returns bigint language sql as $$ select count(*) from net.http_request_queue where url like '%/webhooks' $$;
delete from vault.secrets where name = 'carrel_functions_url';
select tests.webhook_endpoint();
select tests.a_release();
select is(pg_temp.woken(), 0::bigint, 'S2: a publish wakes no dispatcher when the URL of the functions is not set');

select ops.configure_signals('https://project.supabase.co/functions/v1');
update content.domain set title = 'Changed' where id = tests.domain(1);
select tests.publish();
select results_eq($$ select method::text, url from net.http_request_queue where url like '%/webhooks' $$,
  $$ values ('POST', 'https://project.supabase.co/functions/v1/webhooks') $$, 'S2: a publish wakes the dispatcher at the URL from Vault');

select private.drive_webhooks();
select is(pg_temp.woken(), 2::bigint, 'S2: the job wakes the dispatcher while a delivery is due');
select tests.claim_webhooks();
select private.drive_webhooks();
select is(pg_temp.woken(), 2::bigint, 'S2: the job does not wake the dispatcher for a claimed delivery');
select tests.wait_over();
select private.drive_webhooks();
select is(pg_temp.woken(), 3::bigint, 'S2: the job wakes the dispatcher for a delivery whose lease expired');
select public.set_webhook_endpoint(tests.webhook_endpoint_id(), false);
update ops.webhook_delivery set claimed_until = null where true;
select private.drive_webhooks();
select is(pg_temp.woken(), 3::bigint, 'S2: the job does not wake the dispatcher for a disabled endpoint');
select is((select schedule from cron.job where jobname = 'carrel_webhooks'), '30 seconds', 'S2: the job that wakes the dispatcher runs every 30 seconds');

-- The dispatcher cannot be woken.
drop extension pg_net;
select public.set_webhook_endpoint(tests.webhook_endpoint_id(), true);
update content.domain set title = 'Changed again' where id = tests.domain(1);
set local client_min_messages = error;
select is(tests.publish(), 3, 'S2: a publish succeeds when the dispatcher cannot be woken');
select is((select count(*) from ops.webhook_delivery where state = 'pending'), 3::bigint, 'S2: the delivery of that publish waits for the job');

select tests.authenticate(tests.learner(), 'instructor');
select throws_ok($$ select ops.configure_signals('https://project.supabase.co/functions/v1') $$, '42501', null, 'I9: users cannot configure signals');
select tests.reset_role();
select is(tests.raised(format('select ops.configure_signals(%L)', url)), 'CR062 p_functions_url', 'S2: configure_signals refuses the URL ' || coalesce(url, 'null'))
from (values ('http://project.supabase.co/functions/v1'), ('https://project.supabase.co')) as bad (url);

select * from finish();
rollback;
