// The menu: the sections of the caller's role with their pages.
import type { Section } from "./section.ts";

/** `path` is the present page's, whose entry is marked. */
export function Menu({ sections, path }: { sections: readonly Section[]; path: string }) {
  // A page without an entry belongs to the longest entry that its path begins with.
  const entries = sections.flatMap(({ pages }) => pages).filter(({ menu }) => menu !== undefined);
  const present = entries.map((page) => page.path)
    .filter((one) => path === one || path.startsWith(`${one}/`))
    .sort((a, b) => b.length - a.length)[0];
  return (
    <nav class="menu" aria-label="Pages">
      {sections.map(({ name, pages }) => (
        <section key={name} aria-label={name}>
          <p class="menu-name" aria-hidden="true">{name}</p>
          <ul>
            {pages.filter(({ menu }) => menu !== undefined).map((page) => (
              <li key={page.path}>
                <a href={`#${page.path}`} aria-current={page.path === present ? "page" : undefined}>
                  {page.menu}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
