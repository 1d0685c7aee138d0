-- What happened, newest first. For older rows pass the last cursor as after, for newer ones the first cursor as before.
select at, kind, summary, detail, cursor
from public.support_timeline('1ea40000-0000-4000-8000-000000000001', reason => 'ticket 4711', page_rows => 100);
