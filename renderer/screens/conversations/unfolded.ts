/** Which lines of a thread are unfolded: rows that are scrolled away are not drawn, and must not fold by that. */
import { createContext, useContext, useState } from 'react';

/** Keys of what is unfolded, kept as long as the thread is open. */
export const UnfoldedContext = createContext<Set<string> | null>(null);

/** Whether it is unfolded, and how to change that. */
export function useUnfolded(key: string): readonly [boolean, () => void] {
  const kept = useContext(UnfoldedContext);
  const [open, setOpen] = useState(() => kept?.has(key) === true);
  const toggle = (): void => {
    if (open) kept?.delete(key);
    else kept?.add(key);
    setOpen(!open);
  };
  return [open, toggle];
}
