-- What:  media_urls(): the signed URLs of files, which all devices share.
-- Why:   if each device had URLs of its own, a CDN would keep one copy of a file for each device, and Storage would sign each file for each of them.

create function private.media_urls(p_files text[])
returns table (sha256 text, url text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.caller_id() is null then
    perform private.raise_error('unauthenticated');
  elsif (cardinality(p_files) between 1 and 500) is not true then
    perform private.raise_error('malformed_request', '`files` must have 1 to 500 hashes.', 'files');
  end if;
  return query
  select m.sha256, m.signed_url from content.published_media m
  -- A device may take an hour from the answer to its last download.
  where m.sha256 = any (p_files) and m.url_expires_at > now() + interval '1 hour' and m.signed_in = (select private.history());
end
$$;
comment on function private.media_urls(text[]) is 'The core of media_urls().';

create function public.media_urls(files text[])
returns table (sha256 text, url text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from private.media_urls(files);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.media_urls(text[]) is
  'Signed URLs of published files by their hashes, at most 500, relative to the project''s root. All callers get the same URL. A file that is not signed '
  'yet has no row: sign it at Storage. Errors: unauthenticated, malformed_request.';

grant execute on function private.media_urls(text[]), public.media_urls(text[]) to authenticated;
