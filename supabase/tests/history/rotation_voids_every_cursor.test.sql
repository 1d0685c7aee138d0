begin;
select plan(5);

select tests.a_release();
select tests.send(tests.attempt(10, 1));
create temporary table before on commit drop as
  select private.history() as history, private.learner_changes(tests.learner(), null, 10) ->> 'cursor' as cursor, max(rotated_at) as at from ops.history;

create temporary table after on commit drop as select ops.rotate_history() as history;
select is(private.history(), (select history from after), 'I11: rotate_history returns the new history');
select isnt(private.history(), (select history from before), 'I11: the new history differs from the old one');
select throws_ok(format('select public.content_delta(%L, 1)', history), 'CR010', null, 'I11: a rotation invalidates content cursors') from before;
select is(private.learner_changes(tests.learner(), cursor, 10)::jsonb, '{"reset": "history_changed"}',
  'I11: a rotation invalidates learner cursors') from before;
select is(public.content_head() ->> 'history', private.history(), 'I11: the head has the new history');

select * from finish();
rollback;
