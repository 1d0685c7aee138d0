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

select is(ops.compact_content(5, '15 days') ->> 'horizon', '1', 'C3: as many versions are kept as are to be');
select is(ops.compact_content(1, '45 days') ->> 'horizon', '2', 'C3: and those of the last days');
select is((select count(*) from content.answer_key where question_id = tests.question(1)), 6::bigint, 'C4: answer keys stay longer, for late answers');
select is(ops.compact_content(1, '25 days', '35 days') ->> 'horizon', '4', 'C3: both bounds hold');
select is((select min(version) from content.answer_key where question_id = tests.question(1)), 3, 'C4: until they are too old themselves');
select is(public.content_head() ->> 'horizon', '4', 'C3: the head says where the horizon is');
select is(ops.compact_content(5, '1000 days') ->> 'horizon', '4', 'C3: it never goes back');
select is(ops.compact_content(0, '0 s') ->> 'horizon', '6', 'C3: and never past the head');

select * from finish();
rollback;
