begin;
select plan(2);

select tests.a_curriculum();
-- The payload cannot be built, which is the worst case before a broadcast.
create or replace function private.hint_payload(p_version integer) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$ begin perform 1 / 0; return null; end $$;
set local client_min_messages = error;
select lives_ok('select tests.publish()', 'S1: a failing hint does not stop a publish');
select is((select max(version) from content.release), 1, 'S1: the release of a failing hint is published');

select * from finish();
rollback;
