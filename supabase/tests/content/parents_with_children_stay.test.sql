begin;
select plan(3);

select tests.a_curriculum();

select is(tests.violated('delete from content.domain where id = tests.domain(1)'), 'skill_domain_exists',
  'I2: a domain that has skills cannot be deleted');
select is(tests.violated('delete from content.skill where id = tests.skill(1)'), 'question_skill_exists',
  'I2: a skill that has questions cannot be deleted');
select is((select array[count(distinct d.id), count(distinct s.id)] from content.domain d, content.skill s), array[2, 3]::bigint[],
  'I2: refused deletes leave domains and skills as they were');

select * from finish();
rollback;
