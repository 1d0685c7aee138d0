begin;
select plan(8);

select tests.a_release();
create function pg_temp.publish_again(p_n integer) returns void
language plpgsql as $$
begin
  update content.question set prompt = 'Prompt ' || p_n || ' again' where id = tests.question(1);
  perform tests.publish();
end $$;
select pg_temp.publish_again(n) from generate_series(2, 6) n;
alter table content.release disable trigger user;
update content.release set published_at = now() - (7 - version) * interval '10 days';
alter table content.release enable trigger user;

select is(ops.compact_content(5, '15 days') ->> 'horizon', '1', 'C3: compaction keeps the configured number of versions');
select is(ops.compact_content(1, '45 days') ->> 'horizon', '2', 'C3: compaction keeps versions younger than the configured age');
select is((select count(*) from content.answer_key where question_id = tests.question(1)), 6::bigint, 'C4: compaction keeps answer keys longer than revisions, for late answers');
select is(ops.compact_content(1, '25 days', '35 days') ->> 'horizon', '4', 'C3: compaction respects the number of versions and the age together');
select is((select min(version) from content.answer_key where question_id = tests.question(1)), 3, 'C4: compaction drops answer keys older than keep_answers');
select is(public.content_head() ->> 'horizon', '4', 'C3: the head names the horizon');
select is(ops.compact_content(5, '1000 days') ->> 'horizon', '4', 'C3: the horizon never goes back');
select is(ops.compact_content(0, '0 s') ->> 'horizon', '6', 'C3: the horizon never passes the newest release');

select * from finish();
rollback;
