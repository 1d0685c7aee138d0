begin;
select plan(2);

select tests.a_curriculum();

select is((select jsonb_array_length(p -> 'changes') from (select public.preview_release(3)::jsonb) x (p)), 3,
  'I2: a preview lists at most change_limit changes');
select is(public.preview_release(3) ->> 'upserts', '11', 'I2: a preview counts all changes');

select * from finish();
rollback;
