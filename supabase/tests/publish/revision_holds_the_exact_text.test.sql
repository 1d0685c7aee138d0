begin;
select plan(4);

select tests.a_curriculum();
update content.question
set prompt = E'Two\nlines, "quoted" \\ and ∑ 𝄞', explanation = 'Because.', difficulty = 2, tags = '{a,b}', position = 4
where id = tests.question(2);
select tests.publish();

select is((select body from content.revision where schema = 2 and id = tests.question(1)),
  '{"kind":"question","version":1,"id":"90000000-0000-4000-8000-000000000001","skill_id":"50000000-0000-4000-8000-000000000001",'
  '"domain_id":"d0000000-0000-4000-8000-000000000001","key":"question-1","type":"single_choice","prompt":"Prompt 1",'
  '"choices":["no","yes","perhaps"],"answer":{"choice":1},"position":0}',
  'I12: fields without a value are left out');
select is((select body from content.revision where schema = 2 and id = tests.question(2)),
  '{"kind":"question","version":1,"id":"90000000-0000-4000-8000-000000000002","skill_id":"50000000-0000-4000-8000-000000000001",'
  '"domain_id":"d0000000-0000-4000-8000-000000000001","key":"question-2","type":"single_choice","prompt":"Two\nlines, \"quoted\" \\ and ∑ 𝄞",'
  '"choices":["no","yes","perhaps"],"answer":{"choice":1},"explanation":"Because.","difficulty":2,"tags":["a","b"],"position":4}',
  'I12: any prompt becomes one line of JSON');
select is((select body from content.revision where schema = 2 and id = tests.skill(1)),
  '{"kind":"skill","version":1,"id":"50000000-0000-4000-8000-000000000001","domain_id":"d0000000-0000-4000-8000-000000000001",'
  '"key":"skill-1","title":"Skill 1","position":0}',
  'I12: a skill has the id of its domain');
select is_empty($$ select from content.revision where op = 'upsert' and sha256 <> sha256(convert_to(body, 'UTF8')) $$,
  'I12: every hash is computed from the bytes of its row');

select * from finish();
rollback;
