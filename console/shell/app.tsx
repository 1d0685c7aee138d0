// The frame of every page: sign-in, menu, heading and focus.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "../data/api.ts";
import type { Caller, Session } from "../data/session.ts";
import { Loading } from "../parts/states.tsx";
import { LiveRegion } from "./announce.tsx";
import { Shell } from "./context.ts";
import { Menu } from "./menu.tsx";
import { matchPath, useRoute } from "./route.ts";
import type { Page, Place, Section } from "./section.ts";
import { sections } from "./sections.ts";
import { NoRole, SignIn } from "./sign_in.tsx";

interface Found {
  page: Page;
  place: Place;
}

/** The page of a place, among those that the caller's role has. */
function findPage(own: readonly Section[], path: string, query: URLSearchParams): Found | null {
  const pages = own.flatMap((section) => section.pages);
  if (path === "/" && pages[0]) return { page: pages[0], place: { params: {}, query } };
  for (const page of pages) {
    const params = matchPath(page.path, path);
    if (params) return { page, place: { params, query } };
  }
  return null;
}

/** Moves the focus to the heading of a new page, as a browser does for pages of a server; not on the first one. */
function useFocusOnMove(path: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) heading.current?.focus();
    first.current = false;
  }, [path]);
  return heading;
}

/** Moves the focus to the heading where the element that had it goes away, such as the button of what is done. */
function useFocusOnRemoval(heading: { readonly current: HTMLHeadingElement | null }) {
  useEffect(() => {
    let last: EventTarget | null = null;
    const remember = ({ target }: Event) => void (last = target);
    const observer = new MutationObserver(() => {
      if (last instanceof Element && !last.isConnected && document.activeElement === document.body) {
        heading.current?.focus();
      }
    });
    addEventListener("focusin", remember);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      removeEventListener("focusin", remember);
      observer.disconnect();
    };
  }, [heading]);
}

function Frame({ session, api, caller }: { session: Session; api: Api; caller: Caller & { role: string } }) {
  const { path, query } = useRoute();
  const own = sections.filter(({ roles }) => roles.some((role) => role === caller.role));
  const found = findPage(own, path, query);
  const title = found?.page.title ?? "There is no such page";
  const heading = useFocusOnMove(path);
  useFocusOnRemoval(heading);
  useEffect(() => {
    document.title = `${title} · Carrel console`;
  }, [title]);
  const skip = (event: Event) => {
    event.preventDefault();
    heading.current?.focus();
  };
  return (
    <Shell.Provider value={{ api, caller }}>
      <a class="skip" href="#main" onClick={skip}>Skip to the content</a>
      <header class="top">
        <span class="brand">Carrel</span>
        <span class="who">
          {caller.email} <span class="role">{caller.role}</span>
        </span>
        <button type="button" onClick={() => void session.signOut()}>Sign out</button>
      </header>
      <Menu sections={own} path={found && path === "/" ? found.page.path : path} />
      <main id="main">
        <h1 tabIndex={-1} ref={heading}>{title}</h1>
        <LiveRegion />
        {found
          ? <div key={path}>{found.page.view(found.place)}</div>
          : <p>The address is wrong, or the page is for another role. Choose a page from the menu.</p>}
      </main>
    </Shell.Provider>
  );
}

/** The whole console. */
export function App({ session, api }: { session: Session; api: Api }) {
  const [state, setState] = useState(session.state());
  useEffect(() => {
    setState(session.state());
    return session.subscribe(() => setState(session.state()));
  }, [session]);
  if (state.kind === "unknown") {
    return (
      <main class="alone">
        <h1>Carrel console</h1>
        <Loading />
      </main>
    );
  }
  if (state.kind === "signed_out") return <SignIn session={session} hasExpired={state.hasExpired} />;
  const { caller } = state;
  const { role } = caller;
  if (role === null) return <NoRole session={session} caller={caller} />;
  return <Frame session={session} api={api} caller={{ ...caller, role }} />;
}
