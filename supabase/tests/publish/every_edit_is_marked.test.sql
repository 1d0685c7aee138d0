begin;
select plan(9);

-- Compares the changes found by the marks with the changes found in all drafts.
create function pg_temp.missed() returns bigint language plpgsql as $$
declare v_count bigint;
begin
  perform private.collect_change(false);
  drop table if exists marked;
  create temporary table marked as select schema, from_schema, kind, id, op, domain_id, skill_id, sha256 from pg_temp.change;
  perform ops.mark_all_drafts();
  perform private.collect_change(false);
  select count(*) into v_count from (
    (select schema, from_schema, kind, id, op, domain_id, skill_id, sha256 from pg_temp.change except table marked)
    union all (table marked except select schema, from_schema, kind, id, op, domain_id, skill_id, sha256 from pg_temp.change)) d;
  perform tests.publish(true);
  return v_count;
end $$;

select tests.a_release();
update content.question set prompt = 'Edited' where id = tests.question(1);
select is(pg_temp.missed(), 0::bigint, 'I2: an edited question is marked');
update content.skill set domain_id = tests.domain(2) where id = tests.skill(1);
select is(pg_temp.missed(), 0::bigint, 'I2: a skill that moves marks its questions');
update content.skill set domain_id = tests.domain(1) where id = tests.skill(1);
update content.question set skill_id = tests.skill(3) where id = tests.question(2);
select is(pg_temp.missed(), 0::bigint, 'I2: a skill that moves back and a question that moves are marked');
delete from content.question where id = tests.question(3);
update content.question set id = tests.question(8) where id = tests.question(4);
select is(pg_temp.missed(), 0::bigint, 'I2: a deleted question and a changed question id are marked');
update content.question set status = 'withdrawn' where skill_id = tests.skill(1);
update content.skill set status = 'withdrawn' where id = tests.skill(1);
select is(pg_temp.missed(), 0::bigint, 'I2: a skill that is withdrawn with its questions is marked');
update content.question set status = 'active' where skill_id = tests.skill(1);
update content.skill set status = 'active', domain_id = tests.domain(2) where id = tests.skill(1);
select is(pg_temp.missed(), 0::bigint, 'I2: a skill that comes back in another domain is marked');
merge into content.question q using (values (tests.question(5))) v (id) on q.id = v.id when matched then update set difficulty = 3;
select is(pg_temp.missed(), 0::bigint, 'I2: a merge statement marks its rows');
select tests.publish();
select is((select count(*) from content.draft_mark), 0::bigint, 'I2: a publish clears the marks');
savepoint before_edit;
update content.question set prompt = 'Taken back' where id = tests.question(1);
rollback to before_edit;
select is((select count(*) from content.draft_mark), 0::bigint, 'I2: an edit that is rolled back leaves no mark');

select * from finish();
rollback;
