import { useRef, useState } from "react";

/**
 * A value that is read as it is now: several keys may come before the next drawing, and each works on what the one
 * before has made.
 */
export function useHeld<T>(initial: () => T): readonly [now: () => T, set: (next: T) => void] {
  const held = useRef<{ value: T } | null>(null);
  const box = held.current ?? { value: initial() };
  held.current = box;
  const [, setDrawn] = useState(0);
  return [
    () => box.value,
    (next) => {
      box.value = next;
      setDrawn((count) => count + 1);
    },
  ];
}
