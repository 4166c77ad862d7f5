import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** The heading of a screen. It takes the focus when the screen appears, so that keyboard and screen reader follow. */
export function Heading({ children, title, focus = true }: { children: ComponentChildren; title: string; focus?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Without a user's name: a browser keeps titles in its history.
    document.title = `${title} – MFA reset`;
  }, [title]);
  useLayoutEffect(() => {
    if (focus) {
      heading.current?.focus();
      window.scrollTo(0, 0);
    }
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
