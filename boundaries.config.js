// @ts-check
/*
 * Who may import whom. Data only: test/lib/boundaries.ts turns each entry into rules, `npm run boundaries` enforces
 * them, and test/boundaries.test.ts plants a violation of every one. What is not listed is not allowed.
 *
 * The most specific entry that matches a file holds. `folders` are paths in this repository ("main/lib/" a folder and
 * what is below it, "main/models/*" the files directly in it, "x.ts" one file); a file may always import from its own
 * entry. `packages` are npm packages with the reason they are there; `node` are Node's built-in modules ("*" is any).
 */

/**
 * @typedef {object} Boundary
 * @property {string} at the folder, the files directly in it, or the file
 * @property {string} lesson what to do instead of the import that was refused
 * @property {readonly string[]} [folders]
 * @property {Readonly<Record<string, string>>} [packages] package name to reason
 * @property {readonly string[]} [node]
 */

/** What adapters see of the core: its ports, words and numbers, never its workings. */
const ports = [
  'agent/types',
  'budget/rows',
  'channel',
  'clock',
  'context/rows',
  'events',
  'identity-file',
  'limits',
  'log',
  'markdown',
  'memory',
  'model',
  'models/rows',
  'schedule/types',
  'secrets',
  'sentences',
  'settings',
  'storage',
  'tokens',
  'tool',
  'types',
].map((name) => `main/gateway/${name}.ts`);

const reasons = 'preload/contract/reasons.ts';
const languages = 'preload/contract/languages.ts';
const adapter = [...ports, 'main/gateway/tables/', 'main/lib/', reasons];
const everything = ['main/', 'preload/', 'renderer/', 'resources/', 'test/', 'package.json'];

/** @type {readonly Boundary[]} */
export const boundaries = [
  {
    at: 'main/*',
    folders: ['main/', 'preload/contract/', 'resources/i18n/', 'package.json'],
    packages: { electron: 'main/index.ts starts the desktop' },
    node: ['*'],
    lesson:
      'The entries and host.ts wire everything together, but only from main/ and the contract. The window reaches ' +
      'the process through the contract alone.',
  },
  {
    at: 'main/serve.ts',
    folders: ['main/', 'preload/contract/', 'resources/i18n/', 'package.json'],
    node: ['*'],
    lesson: 'The headless entry runs where Electron does not exist: what needs electron belongs to main/shell.',
  },
  {
    at: 'main/host.ts',
    folders: ['main/', 'preload/contract/', 'resources/i18n/', 'package.json'],
    node: ['*'],
    lesson: 'host.ts is shared by both hosts: what needs electron is handed to it by main/index.ts as a port.',
  },
  {
    at: 'main/host/',
    folders: ['main/', 'preload/contract/'],
    node: ['*'],
    lesson: 'What host.ts is made of is shared by both hosts, too: what needs electron comes in by its options.',
  },
  {
    at: 'main/lib/',
    lesson:
      'lib holds small helpers without a domain and without state: it imports nothing. If a helper needs Node, a ' +
      'package or a type of the gateway, it belongs to the folder that owns that.',
  },
  {
    at: 'main/gateway/',
    folders: ['main/lib/', reasons, languages],
    lesson:
      'The core is pure TypeScript: no package, no Node, no adapter. Say what you need as a port (an interface next ' +
      'to channel.ts, model.ts, storage.ts), let an adapter implement it, and wire it in host.ts.',
  },
  {
    at: 'main/channels/*',
    folders: [...adapter, 'main/channels/'],
    lesson: 'What lies here chooses among the channels and loads them. It knows the ports and lib, no package itself.',
  },
  {
    at: 'main/channels/telegram/',
    folders: [...adapter, 'main/channels/formatting/'],
    packages: { grammy: 'the types and the calls of the Bot API; the poll loop is our own' },
    node: ['*'],
    lesson:
      'A channel knows the ports, lib and formatting, never a sibling, the store or the core behind the ports. What ' +
      'two channels share goes to channels/formatting or main/lib; what it needs of the host comes in by argument.',
  },
  {
    at: 'main/channels/whatsapp/',
    folders: [...adapter, 'main/channels/formatting/'],
    packages: {
      baileys: 'the protocol of WhatsApp Web, in this exact version; loaded when there is such a link',
      libsignal: 'checks signatures where the library above forgets to',
    },
    node: ['*'],
    lesson:
      'A channel knows the ports, lib and formatting, never a sibling, the store or the core behind the ports. What ' +
      'two channels share goes to channels/formatting or main/lib; what it needs of the host comes in by argument.',
  },
  {
    at: 'main/channels/window/',
    folders: [...adapter, 'main/channels/formatting/'],
    node: ['*'],
    lesson:
      'A channel knows the ports, lib and formatting, never a sibling, the store or the core behind the ports. What ' +
      'two channels share goes to channels/formatting or main/lib; what it needs of the host comes in by argument.',
  },
  {
    at: 'main/channels/formatting/',
    folders: adapter,
    packages: {
      'mdast-util-from-markdown': 'parses Markdown once into the tree every channel renders',
      'mdast-util-gfm': 'tables, strikethrough and task lists in that tree',
      'micromark-extension-gfm': 'the syntax of the same',
      mdast: 'types of the tree',
    },
    lesson: 'Formatting is a function from text to parts: it needs the markdown parser, the port of it, and no I/O.',
  },
  {
    at: 'main/tools/*',
    folders: [...adapter, 'main/tools/', 'preload/contract/agent-views.ts'],
    lesson:
      'What lies here puts the tools together and loads them. It knows the ports, lib, the tools and their views, no ' +
      'package and nothing of Node itself.',
  },
  {
    at: 'main/tools/web/',
    folders: adapter,
    packages: {
      'ipaddr.js': 'which addresses are public, in every form that an address has',
      'html-to-text': 'text of a page, in a worker',
    },
    node: [
      'buffer',
      'dns',
      'dns/promises',
      'http',
      'https',
      'net',
      'stream',
      'stream/promises',
      'worker_threads',
      'zlib',
    ],
    lesson:
      'A tool knows its port and lib, never a sibling, the store or the core; it reaches nobody but by its own rules.',
  },
  {
    at: 'main/tools/schedule/',
    folders: [...adapter, 'main/gateway/calendar.ts', 'main/gateway/schedule/'],
    lesson: 'The tool reads what a model wrote, over Intl: no package, no Node. When a schedule runs is the core’s.',
  },
  {
    at: 'main/tools/memory/',
    folders: [...adapter, 'main/gateway/calendar.ts'],
    node: ['fs', 'fs/promises', 'path', 'timers/promises'],
    lesson:
      'A tool knows its port and lib, never a sibling, the store or the core: what it searches beside its own files is ' +
      'handed in.',
  },
  {
    at: 'main/tools/mcp/',
    folders: adapter,
    packages: {
      '@modelcontextprotocol/sdk': 'the protocol; loaded when the first server starts',
      zod: 'the shapes that its requests are given',
    },
    node: ['child_process', 'crypto', 'fs', 'fs/promises', 'net', 'path', 'stream'],
    lesson:
      'A tool knows its port and lib, never a sibling, the store or the core; it reaches nobody but by its own rules.',
  },
  {
    at: 'main/models/*',
    folders: [...adapter, 'main/models/', 'preload/contract/presets.ts', 'resources/prices.json'],
    node: ['*'],
    lesson: 'What lies here is shared by the providers, or loads them. It knows the ports and lib, no package itself.',
  },
  {
    at: 'main/models/openai/',
    folders: [...adapter, 'main/models/*'],
    packages: { openai: 'requests and streams of OpenAI-compatible servers; its own retries are off' },
    node: ['*'],
    lesson:
      'A provider knows the ports, lib and what lies directly in main/models, never a sibling. What two providers ' +
      'share goes there; anything else comes in by argument.',
  },
  {
    at: 'main/models/ollama/',
    folders: [...adapter, 'main/models/*'],
    packages: { ollama: "Ollama's native API, which knows num_ctx" },
    node: ['*'],
    lesson:
      'A provider knows the ports, lib and what lies directly in main/models, never a sibling. What two providers ' +
      'share goes there; anything else comes in by argument.',
  },
  {
    at: 'main/models/practice/',
    folders: [...adapter, 'main/models/*'],
    lesson: 'The practice model is built in: no package, no network, no file.',
  },
  {
    at: 'main/store/',
    folders: [...adapter, languages, 'preload/contract/sentences.ts', 'resources/i18n/'],
    packages: {
      'electron-store': 'settings.json, written atomically',
      'rotating-file-stream': 'the log files, rotated by size',
    },
    node: [
      'assert',
      'buffer',
      'child_process',
      'crypto',
      'events',
      'fs',
      'fs/promises',
      'os',
      'path',
      'process',
    ].concat(['stream', 'stream/promises', 'timers', 'url', 'util', 'worker_threads', 'zlib']),
    lesson:
      'The store implements the ports of gateway/storage.ts and gateway/settings.ts. SQLite is opened in ' +
      'store/database.ts only (its classes are renamed in Node 26); everything above is handed in.',
  },
  {
    at: 'main/store/database.ts',
    folders: [...adapter, 'main/store/'],
    node: ['*'],
    lesson: 'The one file that opens SQLite needs Node and the store beside it, no package.',
  },
  {
    at: 'main/api/',
    folders: [
      ...adapter,
      'main/gateway/gateway.ts',
      ...['access', 'budget', 'cards', 'context', 'links', 'models', 'turns'].map(
        (of) => `main/gateway/${of}/types.ts`,
      ),
      'main/gateway/events.ts',
      'main/gateway/media/kinds.ts',
      'preload/contract/',
    ],
    packages: {
      ws: "the headless window's one socket",
      sirv: 'serves the built window',
      zod: 'checks the provision file; the parameters of commands are checked by the contract',
    },
    node: ['*'],
    lesson:
      'The api binds the contract to the gateway: validate, call, map errors. It knows the contract, the ports and ' +
      'gateway.ts; an adapter it needs is handed in by host.ts.',
  },
  {
    at: 'main/shell/',
    folders: [...adapter, 'preload/contract/', 'resources/i18n/'],
    packages: { electron: 'the shell is where Electron lives' },
    node: ['*'],
    lesson:
      'The shell draws tray and windows from state it is given, through ports and the contract. It never reaches into ' +
      'the store, a channel or the core: main/index.ts hands it what it needs.',
  },
  {
    at: 'preload/*',
    folders: ['preload/contract/'],
    packages: { electron: 'contextBridge and ipcRenderer' },
    lesson: 'The bridge exposes the contract and nothing else: no logic, no Node, no code of the process.',
  },
  {
    at: 'preload/contract/',
    lesson:
      'The contract is read on both sides, so it imports nothing, speaks in views and not in types of the gateway, ' +
      'and leaves zod to schemas.ts.',
  },
  {
    at: 'preload/contract/schemas.ts',
    folders: ['preload/contract/'],
    packages: { zod: 'parameters are checked in the process before anything is called' },
    lesson: 'The schemas describe the contract beside them: zod and nothing else.',
  },
  {
    at: 'preload/contract/agent-schemas.ts',
    folders: ['preload/contract/'],
    packages: { zod: 'parameters are checked in the process before anything is called' },
    lesson: 'The schemas describe the contract beside them: zod and nothing else.',
  },
  {
    at: 'renderer/',
    folders: ['preload/contract/', 'resources/i18n/'],
    packages: {
      react: 'the window',
      'react-dom': 'the window',
      'react-markdown': 'replies, without HTML strings',
      'remark-gfm': 'tables and lists in replies',
      lowlight: 'code in replies in its colours, by class names; loaded with the first code',
      '@base-ui/react': 'accessible primitives without injected styles',
      '@tanstack/react-query': 'what the window knows of the gateway, and when it is stale',
      '@tanstack/react-virtual': 'long conversations without long pages',
      wouter: 'which screen is shown',
      qr: 'the modules of a QR code, which the window draws itself; loaded when a phone is linked',
    },
    lesson:
      'The window knows the contract and nothing of the process. What is missing is a command, an event or a view: ' +
      'add it to preload/contract and bind it in main/api.',
  },
  {
    at: 'test/emulators/',
    packages: {
      ws: 'the WebSocket server of an emulated service',
      vitest: 'their own tests',
      openai: 'the real client, against which an emulator is shown to be right',
      ollama: 'the real client, against which an emulator is shown to be right',
      grammy: 'the real client, against which an emulator is shown to be right',
      baileys: 'the real client, against which an emulator is shown to be right',
    },
    node: ['*'],
    lesson:
      "An emulator is written from the service's own documentation. Importing the code it is there to prove would " +
      'repeat its mistakes.',
  },
  {
    at: 'test/host/',
    folders: ['test/lib/', 'package.json'],
    packages: {
      electron: 'its types: nothing may be invented',
      '@electron/asar': 'reads a packaged app',
      ws: 'talks to the browser it drives',
      'playwright-core': 'talks to the browser it drives',
      vitest: 'its own tests',
    },
    node: ['*'],
    lesson: 'The stand-in is Electron for an unmodified bundle: it must not know the code that runs in it.',
  },
  {
    at: 'test/',
    folders: [...everything, 'boundaries.config.js', 'vite.config.ts', 'playwright.config.ts', 'vitest.config.ts'],
    packages: { '*': 'tests may use any package that is installed' },
    node: ['*'],
    lesson: 'Tests import from the repository and from installed packages.',
  },
];

/** Rules that are not about one folder. */
export const general = {
  screens:
    'A screen never imports another. What two screens share is a component (renderer/components) or a hook ' +
    '(renderer/bridge).',
  schemas:
    'The window must not run zod (it needs eval or a slower mode, and 60 kB): the process validates. Import types ' +
    'with `import type`.',
  cycles:
    'Two files that need each other are one file, or need a third that both import. Types alone may point back ' +
    '(`import type`).',
  missing: 'This import leads nowhere: the path needs its .ts ending, or the package is not in package.json.',
  development: 'A package that ships belongs to "dependencies"; devDependencies are gone from the production tree.',
  unlisted: 'This folder has no entry in boundaries.config.js: say what it may import, with a reason for each package.',
};
