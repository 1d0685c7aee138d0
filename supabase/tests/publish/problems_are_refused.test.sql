begin;
select plan(5);

select tests.a_release();

update content.skill set status = 'withdrawn' where id = tests.skill(1);
select is(tests.raised('select tests.publish()'),
  'CR005 ' || (select string_agg(format('parent_not_active question %s', tests.question(n)), '; ') from generate_series(1, 2) n),
  'I2: an active question of a withdrawn skill is a problem');
update content.skill set status = 'active' where id = tests.skill(1);

insert into content.domain (id, key, title) values (tests.domain(3), 'domain-3', 'Empty');
insert into content.skill (id, domain_id, key, title) values (tests.skill(4), tests.domain(3), 'skill-4', 'Empty');
select is(tests.raised('select tests.publish()'), format('CR005 domain_without_question domain %s', tests.domain(3)),
  'I2: a domain without a question is a problem');
select is(private.preview_release(10) ->> 'problems',
  format('[{"problem":"domain_without_question","kind":"domain","id":"%s","key":"domain-3"}]', tests.domain(3)), 'I2: the preview lists the problems');

update content.domain set status = 'withdrawn' where id = tests.domain(3);
select is(tests.raised('select tests.publish()'), format('CR005 parent_not_active skill %s', tests.skill(4)),
  'I2: an active skill of a withdrawn domain is a problem');
select is((select max(version) from content.release), 1, 'I2: drafts with problems are not published');

select * from finish();
rollback;
