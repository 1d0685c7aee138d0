begin;
select plan(6);

select tests.a_curriculum();

select tests.authenticate(tests.learner(), 'instructor');
select throws_ok('select from content.question', '42501', null, 'I9: not even instructors read drafts through the API');
select throws_ok($$ update content.question set prompt = 'Edited' $$, '42501', null, 'I9: nor edit them');
select throws_ok('delete from content.question', '42501', null, 'I9: nor delete them');
select throws_ok($$ insert into content.domain (key, title) values ('new', 'New') $$, '42501', null, 'I9: nor add any');
select tests.authenticate_anon();
select throws_ok('select from content.domain', '42501', null, 'I9: anon reads no draft');
select tests.reset_role();

select is((select array[count(*), count(*) filter (where prompt like 'Prompt _')] from content.question), array[6, 6]::bigint[],
  'I9: the drafts are as they were');

select * from finish();
rollback;
