begin;
select plan(9);

-- What the marks say would be published, and what a look at every draft says.
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
select is(pg_temp.missed(), 0::bigint, 'I2: an edit');
update content.skill set domain_id = tests.domain(2) where id = tests.skill(1);
select is(pg_temp.missed(), 0::bigint, 'I2: a skill that moves takes its questions along');
update content.skill set domain_id = tests.domain(1) where id = tests.skill(1);
update content.question set skill_id = tests.skill(3) where id = tests.question(2);
select is(pg_temp.missed(), 0::bigint, 'I2: a skill moves back, a question elsewhere');
delete from content.question where id = tests.question(3);
update content.question set id = tests.question(8) where id = tests.question(4);
select is(pg_temp.missed(), 0::bigint, 'I2: a question is deleted, another gets a new id');
update content.question set status = 'withdrawn' where skill_id = tests.skill(1);
update content.skill set status = 'withdrawn' where id = tests.skill(1);
select is(pg_temp.missed(), 0::bigint, 'I2: a skill is withdrawn with its questions');
update content.question set status = 'active' where skill_id = tests.skill(1);
update content.skill set status = 'active', domain_id = tests.domain(2) where id = tests.skill(1);
select is(pg_temp.missed(), 0::bigint, 'I2: and comes back in another domain');
merge into content.question q using (values (tests.question(5))) v (id) on q.id = v.id when matched then update set difficulty = 3;
select is(pg_temp.missed(), 0::bigint, 'I2: merge is an edit too');
select tests.publish();
select is((select count(*) from content.draft_mark), 0::bigint, 'I2: publishing is done with the marks');
savepoint before_edit;
update content.question set prompt = 'Taken back' where id = tests.question(1);
rollback to before_edit;
select is((select count(*) from content.draft_mark), 0::bigint, 'I2: an edit that is rolled back takes its mark along');

select * from finish();
rollback;
