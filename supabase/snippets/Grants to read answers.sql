-- Who may read the content of answers now, until when, and why.
select * from public.support_grants();
