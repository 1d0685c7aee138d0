begin;
select plan(4);

select tests.a_release();
update content.question set status = 'withdrawn' where id = tests.question(6);
select private.publish_release('Without six', null, false);
select tests.authenticate(tests.learner(2), 'instructor');
select public.rollback_release(1, 'With six');
create temporary table history on commit drop as select public.release_history()::jsonb as h;
select is(array(select concat_ws(' ', r ->> 'version', r ->> 'note', r ->> 'questions', r ->> 'upserts', r ->> 'deletes', r ->> 'rollback_to')
    from history, jsonb_array_elements(h) r),
  array['3 With six 6 1 0 1', '2 Without six 5 0 1', '1 6 11 0'], 'C5: the release history is newest first and shows what each release changed');
select is(jsonb_array_length(public.release_history(3, 1)::jsonb), 1, 'C5: the release history is read page by page');
select is(public.release_history(3, 1) -> 0 ->> 'version', '2', 'C5: a page of the release history begins below the given version');
select is(public.release_history(1)::text, '[]', 'C5: the page of the release history below version 1 is empty');

select * from finish();
rollback;
