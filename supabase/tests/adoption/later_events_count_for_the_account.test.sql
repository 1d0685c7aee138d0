begin;
select plan(13);

select tests.a_release();
insert into auth.users (id, is_anonymous) values (tests.learner(1), false), (tests.learner(2), true), (tests.learner(3), false);
select tests.send_for(2, tests.attempt(20, 1));
create temporary table late on commit drop as select tests.attempt(n, 1, '{}', jsonb_build_object('learner_id', tests.learner(2))) as line, n from generate_series(20, 22) n;

select is(tests.send(line), array['retry wrong_learner'], 'U10: before the adoption an event of the anonymous learner waits on the device') from late where n = 21;
select ops.adopt_learner(tests.learner(1), tests.learner(2), 'the same person');
select is(tests.send(variadic array(select line from late order by n)), array['duplicate', 'applied', 'applied'], 'U10: after the adoption the account''s token delivers events of the old id');
select is((select attempts from learner.skill_progress where user_id = tests.learner(1)), 3, 'U10: events of the old id count for the account, once');
select is(tests.send(variadic array(select line from late order by n)), array['duplicate', 'duplicate', 'duplicate'], 'I4: events of the old id are duplicates when they are sent again');
select is(tests.send_for(3, 'x'), array['quarantined invalid_json'], 'U10: another account can send as before');
select is(tests.send_as(tests.learner(3), line), array['retry wrong_learner'], 'U10: another account cannot deliver events of the old id') from late where n = 22;

select is(tests.raised(format('select tests.send_for(2, %L)', tests.attempt(23, 1))), 'CR050', 'U10: a batch under the old id is refused');
select is(tests.raised('select private.pull_for(tests.learner(2), null, null, 500, null, null)'), 'CR050', 'U10: a pull under the old id is refused');
select is(tests.raised($$ select private.report_content(tests.learner(2), null, '{"kind": "mismatch", "version": 1, "rows": 1, "nodes": []}') $$), 'CR050', 'U10: a content report under the old id is refused');
select is(private.record_contacts(json_build_array(json_build_object('learner', tests.learner(2), 'device', tests.device(), 'version', 1))), 0, 'U10: a contact under the old id is ignored');
select is_empty('select from learner.state where user_id = tests.learner(2)', 'U10: refused calls leave no row of the old id');
select is(tests.raised('select public.rebuild_learner(tests.learner(2))'), 'CR050', 'U10: support learns that the old id is adopted');

-- A held event of the old id applies once the server knows its type.
select tests.send(tests.event(30, 'note.written', '{}', jsonb_build_object('learner_id', tests.learner(2))));
insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.type() == "object"');
select is(ops.replay_held(), 1, 'U3: a held event of the old id is replayed for the account');

select * from finish();
rollback;
