// Turns pages by cursor. The cursor stands in the address, so the browser's Back button turns back.

/** `linkOf` makes the link of a page; `next` is the last row's cursor, or undefined where the page is the last one. */
export function Pager(
  { what, isFirst, next, linkOf }: {
    /** Such as `learners`. */
    what: string;
    isFirst: boolean;
    next: string | undefined;
    linkOf: (after: string | undefined) => string;
  },
) {
  if (isFirst && next === undefined) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${what}`}>
      {!isFirst && <a href={linkOf(undefined)}>First page</a>}
      {next !== undefined && <a href={linkOf(next)}>Next page</a>}
      {next === undefined && <span>This is the last page.</span>}
    </nav>
  );
}
