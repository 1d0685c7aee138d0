begin;
select plan(43);

select ok(private.is_jsonb(good), 'I7: a text can be cast to jsonb: ' || left(good, 40))
from unnest(array['{}', '[]', 'null', '""', '1', '1e99', '-1.5E-99', '1e+0099', '"1e999"', '{"1e999": "\\"}', '"\\" ', '[1e0099' || repeat(',1e-99', 40) || ',1e37, "1e99"]', '[1' || repeat(',1e9', 1600) || ']', repeat('[', 500) || repeat(']', 500), repeat('{"a":', 499) || '{}' || repeat('}', 499),
  repeat('[', 500) || '"' || repeat('[{\"', 4000) || '"' || repeat(']', 500), '[' || repeat('[[]],', 2000) || '1]']) good;
select ok(not private.is_jsonb(bad), 'I7: a text cannot be cast to jsonb: ' || left(bad, 40))
from unnest(array['', ' ', 'x', '{', '1e', '"\u0000"', '"\ud800"', '1e200000', '1e100', '0E-100', '1e308', '1e309', '[1E+0131000]', '1e-9999', '{"a\"": 1e131000, "b": ""}', '["1", 1e999, "2"]', '[1e99' || repeat(',1E-99', 40) || ',1e+38]', '[1' || repeat(',1e12', 400) || ']',
  repeat('[', 16384), repeat('[', 400000), repeat('{"a":', 4097), repeat('[', 501) || repeat(']', 501), repeat('[', 501) || '1' || repeat(']', 501),
  repeat('{"a":', 500) || '{}' || repeat('}', 500), repeat('[', 250) || repeat('{"a":', 250) || '[]' || repeat('}', 250) || repeat(']', 250)]) bad;
select is(private.is_jsonb(null), null, 'I7: a null is neither valid nor invalid jsonb');

select * from finish();
rollback;
