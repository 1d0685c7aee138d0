begin;
select plan(5);

select tests.empty_content();
create temporary view entry as select * from ops.audit where transaction = pg_current_xact_id();
set local application_name = 'studio';

insert into content.domain (id, key, title) values (tests.domain(1), 'domain-1', 'First'), (tests.domain(2), 'domain-2', 'Second');
select results_eq('select action, object, object_id, before, after ->> $$title$$ from entry order by after ->> $$title$$',
  $$ values ('insert', 'content.domain', tests.domain(1)::text, null::jsonb, 'First'), ('insert', 'content.domain',
    tests.domain(2)::text, null, 'Second') $$,
  'I10: each inserted draft row has an audit entry');
update content.domain set title = 'Renamed' where id = tests.domain(1);
select results_eq('select before ->> $$title$$, after ->> $$title$$ from entry where action = $$update$$',
  $$ values ('First', 'Renamed') $$, 'I10: an updated draft has an entry with the values before and after');
delete from content.domain where id = tests.domain(2);
select results_eq('select object_id, before ->> $$title$$, after from entry where action = $$delete$$',
  $$ values (tests.domain(2)::text, 'Second', null::jsonb) $$, 'I10: a deleted draft has an entry with the values before');

insert into content.skill (id, domain_id, key, title) values (tests.skill(1), tests.domain(1), 'skill-1', 'Skill');
insert into content.question (id, skill_id, key, prompt, choices, answer)
values (tests.question(1), tests.skill(1), 'question-1', 'Prompt', '{a,b}', '{"choice": 0}');
update content.skill set position = 1;
update content.question set answer = '{"choice": 1}';
delete from content.question;
delete from content.skill;
select results_eq('select object, action from entry where object <> $$content.domain$$ order by id',
  $$ values ('content.skill', 'insert'), ('content.question', 'insert'), ('content.skill', 'update'), ('content.question', 'update'),
            ('content.question', 'delete'), ('content.skill', 'delete') $$,
  'I10: changes of skills and questions are recorded');
select is((select array_agg(distinct source) from entry), array[format('postgres at %s caller says: studio', host(inet_client_addr()))], 'I10: entries name the application that made the change');

select * from finish();
rollback;
