/** A gateway with its people, and what the rules say about everything that was said on it. */
import { createIds } from '../../../../main/api/machine.ts';
import { createChannelFactory } from '../../../../main/channels/catalog.ts';
import type { MessageId, MessageState } from '../../../../main/gateway/types.ts';
import type { Message } from '../../../emulators/telegram/types.ts';
import { startGateway, type LogLine, type TestGateway } from '../../../lib/gateway.ts';
import { MemoryFiles } from '../../../lib/memory-files.ts';
import { forum, groups, migrating, movedTo, people, type Place } from './cast.ts';
import { HeldModel } from './held-model.ts';
import { Oracle, type Said, type Standing } from './oracle.ts';
import type { Run } from './steps.ts';
import { Traffic } from './traffic.ts';

export interface Stage {
  readonly test: TestGateway;
  readonly traffic: Traffic;
  readonly model: HeldModel;
  readonly oracle: Oracle;
  /** What people see of the messages they wrote, by number. */
  readonly written: Message[];
  /** Their rows, where they have one. */
  readonly rows: (MessageId | undefined)[];
  /** Presses of the owner's own buttons, which are answered. */
  readonly handles: Set<string>;
  /** Said or changed by the step at hand. */
  readonly touched: Set<Said>;
  /** What has happened in this run, for the statistics. */
  readonly met: Set<string>;
  readonly topic: number;
  moved: boolean;
}

/** What may be under way when the program dies, and then finds its store gone. See {@link unexpectedErrors}. */
const ofDeaths = [
  ...['telegram.not-stored', 'lane.work-failed', 'lane.watcher-failed', 'turn.bug', 'preview.failed', 'link.failed'],
  ...['owner-chat.failed', 'owner-chat.edit-failed', 'receive.action-failed', 'link.identity-not-stored'],
];
const daysBefore = 3 * 24 * 3_600_000;

/** A gateway at which everybody is who the cast says. */
export async function openStage({ mode, talkative }: Pick<Run, 'mode' | 'talkative'>): Promise<Stage> {
  const traffic = new Traffic();
  const model = new HeldModel(talkative);
  const test = await startGateway({
    settings: { 'turns.mode': mode, 'turns.loopReplies': 0, 'delivery.reactions': true },
    errors: ofDeaths,
    wrap: (ports) => ({
      ...ports,
      storage: traffic.storage(ports.storage),
      createChannel: createChannelFactory({
        ...ports,
        ids: createIds(ports.clock),
        fetch: traffic.fetch,
        identities: new MemoryFiles(),
        environment: {},
      }),
      createProvider: async (seed) => (seed.id === 'lab' ? model.provider : ports.createProvider(seed)),
    }),
  });
  const { bot, gateway } = test;
  for (const [index, { id }] of groups.entries()) {
    const type = index === migrating ? 'group' : 'supergroup';
    bot.addChat({ id, type, title: `Group ${String(index)}`, ...(index === forum ? { is_forum: true } : {}) });
  }
  const topic = bot.addTopic(groups[forum]?.id ?? 0, 'Topic', { id: people[0]?.id ?? 0 });
  for (const { id, role } of people) {
    if (role !== 'unknown') await gateway.people.setRole('bot', String(id), role, 'owner');
  }
  for (const { id, answer } of groups) {
    if (answer !== 'unknown') await gateway.people.setGroup('bot', String(id), answer, 'owner');
  }
  // The link is older than anything that comes late here.
  test.sleep(daysBefore);
  await traffic.quiet(test);
  const oracle = new Oracle(mode, () => test.clock.now());
  oracle.linkedAt = test.gateway.links.get('bot')?.row.linkedAt ?? 0;
  const kept = { written: [], rows: [], handles: new Set<string>(), touched: new Set<Said>(), met: new Set<string>() };
  return { test, traffic, model, oracle, ...kept, topic, moved: false };
}

/** The number of a place at the platform. */
export function chatOf({ moved }: Stage, place: Place): number {
  if (place.kind === 'private') return people[place.who]?.id ?? 0;
  return moved && place.group === migrating ? movedTo : (groups[place.group]?.id ?? 0);
}

export function conversationRow(stage: Stage, { place, topic }: Pick<Said, 'place' | 'topic'>) {
  const chat = String(chatOf(stage, place));
  return stage.test.read.conversations.find('bot', { chat, topic: topic ? String(stage.topic) : null });
}

/** The stored row of a message; null where it is not kept. */
export function storedRow(stage: Stage, said: Said) {
  const { messages } = stage.test.read;
  const seen = messages.get(stage.rows[said.id] ?? '');
  if (seen !== null) return seen;
  const conversation = conversationRow(stage, said);
  const platformId = String(stage.written[said.id]?.message_id);
  const author = String(people[said.who]?.id);
  return conversation === null ? null : messages.byPlatformId(conversation.id, author, platformId);
}

/** Where the messages lie, before a move of their chat takes the platform's names from them. */
export function noteRows(stage: Stage): void {
  for (const said of stage.oracle.said) stage.rows[said.id] = storedRow(stage, said)?.id;
}

const standings: Record<MessageState, Standing> = {
  waiting: 'queued',
  answering: 'running',
  answered: 'answered',
  kept: 'kept',
  paused: 'aside',
  late: 'aside',
  held: 'aside',
  cleared: 'aside',
  ignored: 'ignored',
  overheard: 'overheard',
  deleted: 'ignored',
};

/** What became of a message about which the rules leave it open. */
export function standingNow(stage: Stage, said: Said): Standing {
  const row = storedRow(stage, said);
  return row === null ? 'absent' : standings[row.state];
}

/** Lines that no death explains. */
export function unexpectedErrors({ test }: Stage): readonly LogLine[] {
  const isOfDeath = ({ fields }: LogLine): boolean =>
    /database is not open|host\.stopping/.test(String(fields['error']));
  return test.lines.filter((line) => line.level === 'error' && !isOfDeath(line));
}
