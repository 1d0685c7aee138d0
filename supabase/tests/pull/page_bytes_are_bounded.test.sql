begin;
select plan(9);

select tests.a_release();
-- Forty answers that are larger than any device can create; then ordinary ones.
select tests.send(variadic array(select tests.attempt(n, 1) from generate_series(1, 40) n));
update learner.attempt set answer = jsonb_build_object('choice', 1, 'x', repeat('x', 240000)) where user_id = tests.learner();
select tests.send(variadic array(select tests.attempt(n, 3) from generate_series(41, 60) n));
create function pg_temp.pages(p_learner integer) returns setof json
language plpgsql
as $$
declare
  v_page json;
begin
  loop
    v_page := private.learner_changes(tests.learner(p_learner), v_page ->> 'cursor', 500);
    return next v_page;
    exit when v_page ->> 'more' = 'false';
  end loop;
end
$$;
create temporary table page on commit drop as select * from pg_temp.pages(1) with ordinality p (page, number);

select cmp_ok((select max(octet_length(page::text)) from page), '<', 1048576 + 1000, 'U6: a page has at most 1 MiB');
select cmp_ok((select octet_length(page::text) from page where number = 1), '>', 1048576 - 300000, 'U6: a page is filled until the next row does not fit');
select is((select page ->> 'more' from page where number = 1), 'true', 'I8: a full page says that more follows');
select results_eq($$ select r -> 'row' ->> 'event_id' from page, json_array_elements(page -> 'changes') r where r ->> 'kind' = 'attempt' order by 1 $$,
  'select tests.ulid(n) from generate_series(1, 60) n', 'I8: all pages together have every row once');
select is((select split_part(page ->> 'cursor', '.', 2)::bigint from page order by number desc limit 1), (select change_seq from learner.state where user_id = tests.learner()),
  'I8: the cursor of the last page is the learner''s change number');

-- A row that is larger than a page.
select tests.send_for(2, tests.attempt(1, 1), tests.attempt(2, 1));
update learner.attempt set answer = jsonb_build_object('x', repeat('x', 2000000)) where user_id = tests.learner(2);
select results_eq($$ select json_array_length(p -> 'changes') from pg_temp.pages(2) p $$, 'values (2), (1), (1)', 'I8: a row that is larger than a page comes alone');
select is((private.sync_for(tests.learner(2), tests.session(2), tests.header('{"pull": {"cursor": null}}'))).answer::json -> 'pull' ->> 'more', 'true', 'U6: a row that is larger than a page comes alone in a sync as well');

-- Only one row beyond the page is built, to see that it does not fit. Each attempt converts two ids.
create or replace function private.uuid_to_ulid(p_uuid uuid) returns text language plpgsql immutable strict
as $$
begin
  perform set_config('test.ids', (coalesce(nullif(current_setting('test.ids', true), ''), '0')::integer + 1)::text, true);
  return '00000000000000000000000000';
end
$$;
select is(json_array_length(private.learner_changes(tests.learner(), null, 500) -> 'changes'), (select json_array_length(page -> 'changes') from page where number = 1),
  'U6: the counted page has the same rows');
select is(current_setting('test.ids')::integer, 2 * ((select count(*)::integer from page, json_array_elements(page -> 'changes') r where number = 1 and r ->> 'kind' = 'attempt') + 1), 'U6: a page makes only its own rows and one more');

select * from finish();
rollback;
