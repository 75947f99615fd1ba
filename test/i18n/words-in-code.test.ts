/** Whatever a person reads in the window comes from a catalog: nothing is written in the code that draws it. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import window from '../../resources/i18n/window.en.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const screens = globSync('renderer/**/*.tsx', { cwd: root });

/** Attributes and properties whose text is read or heard. */
const read = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-roledescription',
  'aria-valuetext',
  'help',
  'label',
]);
for (const name of ['lead', 'meanwhile', 'message', 'placeholder', 'summary', 'text', 'title']) read.add(name);

/** The same in every language: examples of addresses, names and tokens, a path, the licence. */
const universal = /^(?:(?:https?|wss?):\/\/\S*|qwen3:8b|123456789:AA…|v1|GPL-3\.0-or-later|[+\d\s…]+|\p{L})$/u;

/** Texts of a file of components that a person would read and that no catalog has. */
function wordsIn(source: string): readonly string[] {
  const file = ts.createSourceFile('x.tsx', source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const note = (text: string): void => {
    const words = text.trim();
    if (/\p{L}/u.test(words) && !universal.test(words) && !Object.hasOwn(window, words)) found.push(words);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) note(node.text);
    if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent))
      for (const text of textsOf(node.expression)) note(text);
    if (ts.isJsxAttribute(node) && read.has(node.name.getText(file))) {
      const { initializer } = node;
      const value = initializer && ts.isJsxExpression(initializer) ? initializer.expression : initializer;
      for (const text of textsOf(value)) note(text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What the value of an expression may be as text, as far as it is written there. */
function textsOf(node: ts.Node | undefined): readonly string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.flatMap(({ expression, literal }) => [...textsOf(expression), literal.text]);
    return [node.head.text, ...spans];
  }
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isBinaryExpression(node)) {
    const compares = ['===', '!==', '<', '>', '<=', '>=', 'in', 'instanceof'].includes(node.operatorToken.getText());
    return compares ? [] : [...textsOf(node.left), ...textsOf(node.right)];
  }
  return [];
}

it('no component writes words of its own (they would stay English in every language)', () => {
  expect(screens.length).toBeGreaterThan(30);
  const found = screens.flatMap((path) =>
    wordsIn(readFileSync(join(root, path), 'utf8')).map((words) => `${path}: ${words}`),
  );
  expect(found).toEqual([]);
});

describe('the search for words', () => {
  it.each([
    ['<p>Hello there</p>', 'Hello there'],
    ['<p>{busy ? "Wait" : t("app.name")}</p>', 'Wait'],
    ['<p>{count > 1 && "several"}</p>', 'several'],
    ['<p>{`${name} wrote`}</p>', 'wrote'],
    ['<button aria-label="Close">×</button>', 'Close'],
    ['<Button label={open ? "Hide" : "Show"} />', 'Hide'],
    ['<input placeholder={"Name" + star} />', 'Name'],
  ])('sees those of %s', (source, words) => {
    expect(wordsIn(`const x = ${source};`)).toContain(words);
  });

  it('leaves keys, signs, classes and compared values alone', () => {
    const source =
      '<p className="big" dir="auto">{kind === "mail" && t("app.name")} · {a}/{b}<Ask title="app.name" placeholder="https://…/v1" /></p>';
    expect(wordsIn(`const x = ${source};`)).toEqual([]);
  });
});
