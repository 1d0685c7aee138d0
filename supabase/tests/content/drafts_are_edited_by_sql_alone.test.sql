begin;
select plan(6);

select tests.a_curriculum();

select tests.authenticate(tests.learner(), 'instructor');
select throws_ok('select from content.question', '42501', null, 'I9: an instructor cannot read drafts through the API');
select throws_ok($$ update content.question set prompt = 'Edited' $$, '42501', null, 'I9: an instructor cannot update drafts through the API');
select throws_ok('delete from content.question', '42501', null, 'I9: an instructor cannot delete drafts through the API');
select throws_ok($$ insert into content.domain (key, title) values ('new', 'New') $$, '42501', null, 'I9: an instructor cannot insert drafts through the API');
select tests.authenticate_anon();
select throws_ok('select from content.domain', '42501', null, 'I9: anon cannot read drafts');
select tests.reset_role();

select is((select array[count(*), count(*) filter (where prompt like 'Prompt _')] from content.question), array[6, 6]::bigint[],
  'I9: refused statements leave the questions as they were');

select * from finish();
rollback;
