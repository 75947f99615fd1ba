/** `/remember` and `/memory`: what is known for good, written and read without a model. In the owner's private chats alone. */
import { say, words, type CommandContext, type CommandResult } from './context.ts';

/** UTF-16 units of the memory that one answer shows. */
const longestShown = 3_000;

/** Repeating it changes nothing, so it is written before its answer; what prompts here hold of the memory is read anew. */
export async function rememberThis(argument: string, context: CommandContext): Promise<CommandResult> {
  const { memory } = context;
  if (memory === null) return say(context, 'command.memory-private');
  if (argument === '') return say(context, 'command.remember-usage');
  const remembered = await memory.remember(argument);
  if (!remembered.ok) return { text: context.sentences.reason(remembered.failure, context.language) };
  const { id } = context.conversation;
  return {
    ...say(context, remembered.value ? 'command.remembered' : 'command.remembered-before'),
    apply: ({ frames }) => {
      const frame = frames.get(id);
      if (frame !== null) frames.put({ ...frame, memory: null });
    },
  };
}

export async function showMemory(context: CommandContext): Promise<CommandResult> {
  const { memory } = context;
  if (memory === null) return say(context, 'command.memory-private');
  const known = await memory.known();
  if (!known.ok) return { text: context.sentences.reason(known.failure, context.language) };
  const text = known.value.trim();
  if (text === '') return say(context, 'command.memory-empty');
  if (text.length <= longestShown) return { text };
  const shown = text.slice(0, text.lastIndexOf('\n', longestShown) + 1 || longestShown).trimEnd();
  return { text: `${shown}\n\n${words(context, 'command.memory-more')}` };
}
