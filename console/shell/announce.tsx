// What happened, for people who do not see it: a live region that screen readers read out.
import { useEffect, useState } from "preact/hooks";

const listeners = new Set<(text: string) => void>();

/** Says a result, such as `Version 3 is published.` It is shown, too. */
export function announce(text: string): void {
  listeners.forEach((say) => say(text));
}

/** The place where results are said. */
export function LiveRegion() {
  const [text, setText] = useState("");
  useEffect(() => {
    listeners.add(setText);
    const clear = () => setText("");
    addEventListener("hashchange", clear);
    return () => {
      listeners.delete(setText);
      removeEventListener("hashchange", clear);
    };
  }, []);
  return <div class="said" role="status">{text}</div>;
}
