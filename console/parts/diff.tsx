// A value before and after: words that go are struck out, words that come are underlined.
import { diffWords } from "./word_diff.ts";

const isText = (value: unknown): value is string => typeof value === "string";
const textOf = (value: unknown): string =>
  isText(value) ? value : JSON.stringify(value, null, 1).replace(/\s*\n\s*/g, " ");
const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** Most screen readers do not read del and ins. */
const Unseen = ({ word }: { word: string }) => <span class="unseen">{`${word}: `}</span>;

/** One text against another. */
function TextDiff({ before, after }: { before: string; after: string }) {
  return (
    <span class="diff">
      {diffWords(before, after).map(({ kind, text }, place) => {
        if (kind === "same") return <span key={place}>{text}</span>;
        if (kind === "gone") {
          return (
            <del key={place}>
              <Unseen word="removed" />
              {text}
            </del>
          );
        }
        return (
          <ins key={place}>
            <Unseen word="added" />
            {text}
          </ins>
        );
      })}
    </span>
  );
}

/** Any value against another; lists are compared item by item. */
export function ValueDiff({ before, after }: { before: unknown; after: unknown }) {
  if (Array.isArray(before) && Array.isArray(after)) {
    const places = Array.from({ length: Math.max(before.length, after.length) }, (_, place) => place);
    return (
      <ol class="diff-list" start={0}>
        {places.map((place) => (
          <li key={place}>
            <ValueDiff before={before[place]} after={after[place]} />
          </li>
        ))}
      </ol>
    );
  }
  if (isText(before) && isText(after)) return <TextDiff before={before} after={after} />;
  const [gone, come] = [isNothing(before) ? "" : textOf(before), isNothing(after) ? "" : textOf(after)];
  if (gone === come) return <span class="diff">{gone}</span>;
  return (
    <span class="diff">
      {gone && (
        <del>
          <Unseen word="removed" />
          {gone}
        </del>
      )} {come && (
        <ins>
          <Unseen word="added" />
          {come}
        </ins>
      )}
    </span>
  );
}
