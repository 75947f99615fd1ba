/** Two texts beside each other: which lines are only in one of them. Pure. */

export interface ComparedLine {
  readonly text: string;
  /** The other text does not have it in this place. */
  readonly differs: boolean;
}

/** Lines on each side that are compared with each other; of more, all between what is the same at both ends differ. */
const mostCompared = 600;

export function compareLines(
  one: string,
  other: string,
): { readonly one: readonly ComparedLine[]; readonly other: readonly ComparedLine[] } {
  const [left, right] = [one.split(/\r?\n/), other.split(/\r?\n/)];
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left[head] === right[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && left.at(-1 - tail) === right.at(-1 - tail)) tail += 1;
  const common = commonLines(left.slice(head, left.length - tail), right.slice(head, right.length - tail));
  return { one: marked(left, head, tail, common.left), other: marked(right, head, tail, common.right) };
}

function marked(
  lines: readonly string[],
  head: number,
  tail: number,
  common: ReadonlySet<number>,
): readonly ComparedLine[] {
  return lines.map((text, index) => {
    const isBetween = index >= head && index < lines.length - tail;
    return { text, differs: isBetween && !common.has(index - head) };
  });
}

interface Common {
  readonly left: ReadonlySet<number>;
  readonly right: ReadonlySet<number>;
}

/** The longest run of lines that both have in this order. */
function commonLines(left: readonly string[], right: readonly string[]): Common {
  const found: { readonly left: Set<number>; readonly right: Set<number> } = { left: new Set(), right: new Set() };
  if (left.length > mostCompared || right.length > mostCompared) return found;
  const wide = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * wide);
  const at = (row: number, column: number): number => lengths[row * wide + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      lengths[row * wide + column] =
        left[row] === right[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  for (let row = 0, column = 0; row < left.length && column < right.length;) {
    if (left[row] === right[column]) {
      found.left.add(row);
      found.right.add(column);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return found;
}
