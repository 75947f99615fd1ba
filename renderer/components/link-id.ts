/** A link id from a name: its letters and digits, unlike any that is taken; `fallback` where the name has none. */
export function linkIdFor(name: string | null, taken: readonly string[], fallback: string): string {
  const base =
    (name ?? '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 28) || fallback;
  let id = base;
  for (let number = 2; taken.includes(id) || id === 'window' || id === 'api'; number += 1)
    id = `${base}-${String(number)}`;
  return id;
}
