import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/*
 * The rules a reviewer would otherwise repeat. Layering is not here but in boundaries.config.js.
 * `no-restricted-*` cannot be merged between blocks (the last block wins), so the lists are put together by hand below.
 */

const everywhere = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals: Node strips types and cannot run an enum.' },
  { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that defines the name.' },
  {
    selector: 'CatchClause > BlockStatement[body.length=0]',
    message: 'Nothing is swallowed: return a failure value, log it, or do not catch it.',
  },
  {
    selector: "CallExpression[callee.property.name='catch'] > :function > BlockStatement[body.length=0]",
    message: 'Nothing is swallowed: handle the rejection or let it reach the caller.',
  },
  {
    // Without the type a body that has no name, such as a block, would match: the text of its missing name is "undefined".
    selector:
      "CallExpression[callee.property.name='catch'] > " +
      "ArrowFunctionExpression[body.type='Identifier'][body.name='undefined']",
    message: 'Nothing is swallowed: handle the rejection or let it reach the caller.',
  },
  {
    selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword',
    message: '`as unknown as` hides a wrong type: parse the value or fix the type.',
  },
];

const named = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only: one name for one thing, everywhere.' },
];

const stateless = [
  {
    selector: "Program > VariableDeclaration[kind='let']",
    message: 'No module-level mutable state: put it in a closure or a class that somebody owns and disposes of.',
  },
  {
    selector: "Program > ExportNamedDeclaration > VariableDeclaration[kind='let']",
    message: 'No module-level mutable state: put it in a closure or a class that somebody owns and disposes of.',
  },
];

const clockless = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'The core reads time through Clock, so that tests and replays own it.',
  },
];

const onlyThroughTheBridge = [
  {
    selector: "MemberExpression[object.name=/^(window|globalThis)$/][property.name='bridge']",
    message: 'Only renderer/bridge touches the bridge: use its hooks.',
  },
];

const inTests = [
  {
    selector:
      'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo|fixme|skipIf|runIf)$/]',
    message: 'A test runs or does not exist: no skipped, focused or planned tests.',
  },
  {
    selector: "MemberExpression[property.name='waitForTimeout']",
    message: 'No sleeps in tests: wait for the event or the state (expect.poll, a helper of test/lib).',
  },
];

const noClockInCore = ['Use the port Clock instead.', 'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'];
const noNodeInCore = ['The core runs without Node: ask a port for it.', 'Buffer', 'process', 'setImmediate', 'fetch'];
const coreGlobals = [noClockInCore, noNodeInCore].flatMap(([message, ...names]) =>
  names.map((name) => ({ name, message })),
);

export default tseslint.config(
  { ignores: ['dist/', 'release/', 'test-results/', 'playwright-report/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/return-await': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...everywhere, ...named, ...stateless],
    },
  },
  {
    files: ['main/gateway/**/*.ts', 'main/lib/**/*.ts', 'preload/contract/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...coreGlobals],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The core reads time through Clock.' },
        { object: 'Math', property: 'random', message: 'Randomness is an argument in the core.' },
        { object: 'globalThis', property: 'crypto', message: 'Randomness is an argument in the core.' },
        { object: 'AbortSignal', property: 'timeout', message: 'Deadlines go through Clock.' },
      ],
      'no-restricted-syntax': ['error', ...everywhere, ...named, ...stateless, ...clockless],
    },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      // Warns that React Compiler skips virtual lists; there is no React Compiler here.
      'react-hooks/incompatible-library': 'off',
    },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    ignores: ['renderer/bridge/**'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...named, ...stateless, ...onlyThroughTheBridge] },
  },
  {
    files: ['renderer/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['test/**/*.{ts,tsx,mjs}'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': ['error', ...everywhere, ...named, ...inTests],
    },
  },
  {
    files: ['test/**/*.test.{ts,tsx}', 'test/**/*.spec.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'setTimeout', message: 'No sleeps in tests: wait for the event, or inject the clock.' },
        { name: 'setInterval', message: 'No polling by hand in tests: use expect.poll.' },
      ],
      'no-restricted-imports': [
        'error',
        { name: 'node:timers/promises', message: 'No sleeps in tests: wait for the event, or inject the clock.' },
      ],
    },
  },
  {
    // What prints to a terminal is the purpose of these files.
    files: ['main/launch.mjs', 'main/serve.ts', 'test/run/**', 'test/bench/**', 'test/crash/entry.ts', 'test/host/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['*.config.{js,ts,mjs}'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...stateless] },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'setTimeout', 'clearTimeout', 'AbortSignal'].map((name) => [name, 'readonly']),
      ),
    },
  },
);
