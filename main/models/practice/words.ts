/** What the practice model says. English, like everything a model says before it is told otherwise. */

/** Characters of the question that are repeated. */
const repeated = 600;

/** The reply to the last message of a person. */
export function practiceReply(said: string): string {
  if (/^\W*markdown\b/i.test(said)) return sample;
  const heard = said === '' ? 'Your message had no words in it.' : `You wrote: ${shorten(said)}`;
  return `${heard}\n\n${introduction}`;
}

/** What it thinks aloud before that; empty unless it is asked to think. */
export function practiceReasoning(said: string): string {
  return /^\W*think\b/i.test(said)
    ? 'I was asked to think. There is nothing in me that thinks, so I only show where thoughts of a model would stand.'
    : '';
}

const introduction =
  'I am the practice model: there is no AI behind me and nothing leaves this computer, I only repeat what you write. ' +
  'To talk to a real model, open **Models**, add a provider (a key of OpenAI or a compatible service, or Ollama on ' +
  'this computer) and choose it as the default. Write "markdown" to see how replies can look, and "think" to see thoughts before one.';

function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= repeated ? text : `${characters.slice(0, repeated).join('')}…`;
}

const sample = `# A sample of Markdown

From the practice model, which is no AI. A paragraph with **bold**, *italic*, ~~struck~~ and \`code\`, and a [link](https://example.com/).

## Lists

- apples
- pears
  - a smaller pear
1. first
2. second

- [x] done
- [ ] to do

## A table

| Fruit | Pieces | Price |
| :---- | -----: | ----: |
| Apple |      3 |  1.20 |
| Pear  |     12 |  4.80 |

## Code

\`\`\`js
function greet(name) {
  return \`Hello, \${name}!\`;
}
\`\`\`

> A quotation, over
> two lines.

---

The end.`;
