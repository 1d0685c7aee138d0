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

select is(pg_temp.secrets(), array[pg_temp.secret(1)], 'S2: the secret that was shown signs');
insert into made select public.rotate_webhook_secret(tests.webhook_endpoint_id()), 2;
select isnt(pg_temp.secret(2), pg_temp.secret(1), 'S2: a rotation makes another one');
select is(pg_temp.secrets(), array[pg_temp.secret(2), pg_temp.secret(1)], 'S2: both sign, the new one first');
select is((select secrets from public.webhook_endpoints()), 2, 'S2: the list says so');
select is(tests.raised($$ select public.rotate_webhook_secret(tests.webhook_endpoint_id(), 24) $$),
  (select 'CR061 ' || to_char(previous_ends_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from ops.webhook_endpoint where description = 'one'),
  'S2: a third secret has to wait');

update ops.webhook_endpoint set previous_ends_at = now() where description = 'one';
select is(pg_temp.secrets(), array[pg_temp.secret(2)], 'S2: when its time is over, the old one signs no more');
select ops.prune_webhooks();
select is((select count(*) from vault.decrypted_secrets where decrypted_secret = pg_temp.secret(1)), 0::bigint, 'S2: and leaves Vault');

insert into made select public.rotate_webhook_secret(tests.webhook_endpoint_id(), 24), 3;
insert into made select public.rotate_webhook_secret(tests.webhook_endpoint_id(), 0), 4;
select is(pg_temp.secrets(), array[pg_temp.secret(4)], 'S2: without overlap a leaked secret ends at once');
select is((select count(*) from vault.decrypted_secrets where decrypted_secret in (pg_temp.secret(2), pg_temp.secret(3))), 0::bigint,
  'S2: and so do all before it');
select is(tests.raised($$ select public.rotate_webhook_secret(tests.webhook_endpoint_id(), 721) $$), 'CR062 overlap_hours', 'S2: a month at most');
select is(tests.raised($$ select public.rotate_webhook_secret(tests.webhook_endpoint_id(), -1) $$), 'CR062 overlap_hours', 'S2: and not less than nothing');
select is(tests.raised($$ select public.rotate_webhook_secret(gen_random_uuid()) $$), 'CR060 endpoint', 'S2: of an endpoint that exists');
delete from vault.secrets where id = (select secret_id from ops.webhook_endpoint where description = 'one');
select is(pg_temp.secrets(), '{}', 'S2: a secret that is gone from Vault leaves the claim without one');

select * from finish();
rollback;
