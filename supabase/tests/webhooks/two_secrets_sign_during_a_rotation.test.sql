begin;
select plan(13);

create temporary table made on commit drop as select public.add_webhook_endpoint('https://one.example/hook', description => 'one') as answer, 1 as n;
select tests.a_release();
create function pg_temp.secrets() returns text[] language plpgsql as $$
begin
  perform tests.wait_over();
  perform tests.claim_webhooks(0);
  update ops.webhook_delivery set next_attempt_at = clock_timestamp();
  return array(select json_array_elements_text(private.claim_webhooks(1, 60)::json #> '{0,secrets}'));
end $$;
create function pg_temp.secret(p_n integer) returns text language sql as $$ select answer ->> 'secret' from made where n = p_n $$;

select is(pg_temp.secrets(), array[pg_temp.secret(1)], 'S2: the secret that was shown signs deliveries');
insert into made select public.rotate_webhook_secret(tests.webhook_endpoint_id()), 2;
select isnt(pg_temp.secret(2), pg_temp.secret(1), 'S2: a rotation makes a new secret');
select is(pg_temp.secrets(), array[pg_temp.secret(2), pg_temp.secret(1)], 'S2: both secrets sign during a rotation, the new one first');
select is((select secrets from public.webhook_endpoints()), 2, 'S2: webhook_endpoints shows the number of active secrets');
select is(tests.raised($$ select public.rotate_webhook_secret(tests.webhook_endpoint_id(), 24) $$),
  (select 'CR061 ' || to_char(previous_ends_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from ops.webhook_endpoint where description = 'one'),
  'S2: a second rotation during the overlap is refused');

update ops.webhook_endpoint set previous_ends_at = now() where description = 'one';
select is(pg_temp.secrets(), array[pg_temp.secret(2)], 'S2: the previous secret stops signing after the overlap');
select ops.prune_webhooks();
select is((select count(*) from vault.decrypted_secrets where decrypted_secret = pg_temp.secret(1)), 0::bigint, 'S2: the previous secret is removed from Vault after the overlap');

insert into made select public.rotate_webhook_secret(tests.webhook_endpoint_id(), 24), 3;
insert into made select public.rotate_webhook_secret(tests.webhook_endpoint_id(), 0), 4;
select is(pg_temp.secrets(), array[pg_temp.secret(4)], 'S2: a rotation without overlap leaves only the new secret');
select is((select count(*) from vault.decrypted_secrets where decrypted_secret in (pg_temp.secret(2), pg_temp.secret(3))), 0::bigint,
  'S2: a rotation without overlap removes all previous secrets from Vault');
select is(tests.raised($$ select public.rotate_webhook_secret(tests.webhook_endpoint_id(), 721) $$), 'CR062 overlap_hours', 'S2: an overlap of more than 720 hours is refused');
select is(tests.raised($$ select public.rotate_webhook_secret(tests.webhook_endpoint_id(), -1) $$), 'CR062 overlap_hours', 'S2: a negative overlap is refused');
select is(tests.raised($$ select public.rotate_webhook_secret(gen_random_uuid()) $$), 'CR060 endpoint', 'S2: a rotation for an unknown endpoint is refused');
delete from vault.secrets where id = (select secret_id from ops.webhook_endpoint where description = 'one');
select is(pg_temp.secrets(), '{}', 'S2: a delivery without a secret in Vault is claimed with no secrets');

select * from finish();
rollback;
