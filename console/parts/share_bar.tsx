// A share as a bar with its number.
import { shareText } from "./format.ts";

/** From 0 to 1; null: of nothing. */
export function ShareBar({ share }: { share: number | null }) {
  return (
    <span class="share">
      <span class="share-track" aria-hidden="true">
        <span class="share-bar" style={{ width: `${(share ?? 0) * 100}%` }} />
      </span>
      {shareText(share)}
    </span>
  );
}
