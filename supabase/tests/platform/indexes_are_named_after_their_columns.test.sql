begin;
select plan(3);

select is_empty('select tests.misnamed_indexes()', 'indexes are named <table>_<columns>_idx');

create table public.offender (first integer, second integer);
create index offender_second_first_idx on public.offender (first, second);
create index offender_second_open_idx on public.offender (second) where first is null;
create index offender_sum_idx on public.offender ((first + second));
select set_has('select tests.misnamed_indexes()', $$ values ('public.offender offender_second_first_idx') $$,
  'the sweep finds an index with its columns in the wrong order');
select set_hasnt('select tests.misnamed_indexes()', $$ values ('public.offender offender_second_open_idx'), ('public.offender offender_sum_idx') $$,
  'the sweep accepts names for conditions and expressions');

select * from finish();
rollback;
