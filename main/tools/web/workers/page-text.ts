/** The worker that makes text of a page: parsing what strangers wrote may take long, and must hold up nobody. */
import { parentPort, workerData } from 'node:worker_threads';
import { convert } from 'html-to-text';
import { isPageStart, type PageText } from '../page-text.ts';

const start: unknown = workerData;
if (!isPageStart(start)) throw new TypeError('The worker was started without a page.');
const { html, baseUrl } = start;
const title = /<title[^>]*>([^<]{0,300})/i.exec(html)?.[1] ?? '';
const plain = { wordwrap: false, limits: { maxDepth: 100 } } as const;
const text = convert(html, {
  ...plain,
  selectors: [
    { selector: 'img', format: 'skip' },
    { selector: 'svg', format: 'skip' },
    { selector: 'nav', format: 'skip' },
    { selector: 'form', format: 'skip' },
    { selector: 'a', options: { baseUrl, hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false, maxColumnWidth: 60 } },
  ],
});
const answer: PageText = { title: convert(title, plain).trim(), text };
parentPort?.postMessage(answer);
