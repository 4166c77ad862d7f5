import { type ComponentChildren, createContext } from "preact";
import { useCallback, useContext, useState } from "preact/hooks";

const Announce = createContext<(text: string) => void>(() => undefined);

/** As many as anybody could still be listening to. */
const KEPT = 20;

/** Says something to screen readers. */
export function useAnnounce(): (text: string) => void {
  return useContext(Announce);
}

/**
 * The one live region of the page. It is there from the start, or it would not be heard; and it grows, so that of steps
 * that end at the same time each is read out.
 */
export function Announcer({ children }: { children: ComponentChildren }) {
  const [said, setSaid] = useState<{ key: number; text: string }[]>([]);
  const announce = useCallback((text: string) => setSaid((before) => [...before, { key: (before.at(-1)?.key ?? 0) + 1, text }].slice(-KEPT)), []);
  return (
    <Announce.Provider value={announce}>
      {children}
      <div class="unseen" role="log" aria-label="What happens">
        {said.map(({ key, text }) => (
          <p key={key}>{text}</p>
        ))}
      </div>
    </Announce.Provider>
  );
}
