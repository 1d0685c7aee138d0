begin;
select plan(3);

select is_empty('select tests.foreign_keys_without_index()',
  'every foreign key has an index that begins with its columns');

create table public.target (id integer primary key);
create table public.offender (target_id integer constraint offender_target_fkey references public.target);
create table public.pair (first integer, second integer, constraint pair_pkey primary key (first, second));
create table public.covered (
  first integer, second integer, third integer,
  constraint covered_pair_fkey foreign key (first, second) references public.pair
);
create index covered_second_first_third_idx on public.covered (second, first, third);
select set_has('select tests.foreign_keys_without_index()', $$ values ('public.offender offender_target_fkey') $$,
  'the sweep finds a foreign key without an index');
select set_hasnt('select tests.foreign_keys_without_index()', $$ values ('public.covered covered_pair_fkey') $$,
  'the sweep accepts an index with the columns in another order');

select * from finish();
rollback;
