/** What a text of the browser's storage holds; null for nothing, and for what we did not write. */
export function storedJson(stored: string | null): unknown {
  try {
    return JSON.parse(stored ?? 'null');
  } catch (failure) {
    if (failure instanceof SyntaxError) return null;
    throw failure;
  }
}
