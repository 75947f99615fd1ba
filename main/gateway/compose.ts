/** The gateway put together: the only file that knows all of its parts. */
import { roleIn } from './access/access.ts';
import { createToolbox, type Toolbox } from './agent/toolbox.ts';
import { createAttachments, type Attachments } from './inbound/attachments.ts';
import { createBudget, type BudgetKeeper } from './budget/budget.ts';
import { createCalendar, type Calendar } from './calendar.ts';
import { createCardNumbers } from './cards/numbers.ts';
import { createCards, type CardDesk } from './cards/cards.ts';
import { stopAction, type InboundAction, type InboundBatch } from './channel.ts';
import { pause, type Clock } from './clock.ts';
import { createReadMoreTool } from './context/read-more.ts';
import { contextUse } from './context/use.ts';
import { createCommandMenus, type CommandMenus } from './commands/menus.ts';
import { carryOut, type TurnControl } from './access/decision.ts';
import { createOutbox, type Outbox } from './delivery/delivery.ts';
import { createEvents, type Events } from './events.ts';
import type { Gateway, GatewayHealth, GatewayPorts } from './gateway.ts';
import type { Pauses, People } from './access/types.ts';
import { createLinks, type LinkRegistry } from './links/links.ts';
import { createMedia } from './media/media.ts';
import { createModels, type ModelRegistry } from './models/models.ts';
import { createPacer } from './delivery/pacing.ts';
import { ownersConversations, ownersTurns, settingChanged, submit } from './owners-side.ts';
import { createOwnerChat, type OwnerChat } from './cards/owner-chat.ts';
import { ownerSays } from './owner-says.ts';
import { createPauses } from './access/pauses.ts';
import { createPeople } from './access/people.ts';
import { createPersonas } from './context/personas.ts';
import { createPresence } from './delivery/presence.ts';
import { receiveBatch } from './inbound/receive.ts';
import { createSchedules, type ScheduleDesk } from './schedule/schedules.ts';
import type { Storage } from './storage.ts';
import { timeZoneOf } from './turns/ending.ts';
import { TurnEngine } from './turns/turns.ts';
import type { LinkId, LinkRow, MessageRow, Millis } from './types.ts';

/** Of the time that a stop may take, so much is kept for cut turns, for sends under way and for closing the links. */
const closingTime = 2_000;
/** A send that does not come back within this is given up: its part is unknown at the next start. */
const lastSends = 1_000;

export function createGateway(ports: GatewayPorts): Gateway {
  const parts = assemble(ports);
  const { events, links, budget, models, outbox, attachments, turns, people, cards, pauses } = parts;
  const { ownerChat, menus, schedules } = parts;
  const { storage, clock } = ports;
  const undo = new DisposableStack();
  return {
    events,
    links,
    people,
    cards,
    budget,
    personas: createPersonas(ports, events, links),
    models,
    turns: ownersTurns(ports, events, turns, outbox),
    schedules,
    tools: parts.toolbox,
    start: () => start(ports, parts, undo),
    async stop(deadline) {
      undo.dispose();
      await schedules.runner.stop();
      // Links stay up meanwhile: finished replies still go out, and what comes in is stored for the next start.
      await turns.drain(Math.max(0, deadline - closingTime));
      const others = [ownerChat.stop(), menus.stop(), outbox.stop(), attachments.stop(), models.pulls.stop()];
      await atMost(clock, lastSends, Promise.all(others));
      await links.stop();
    },
    ...pauses,
    submit: (id, message) => submit(ports, links, parts.receive, id, message),
    say: (id, text, key) => ownerSays({ ports, events, links, outbox, turns: parts.control }, id, text, key),
    ...ownersConversations(ports, events, links, models, turns),
    contextUse: (id, signal) => contextUse({ ...parts, ports }, id, signal),
    health: () => healthOf(storage, turns),
    wake(why) {
      for (const { row } of links.all()) links.reconnect(row.id, why);
      void schedules.runner.look();
    },
  };
}

interface Assembled {
  readonly events: Events;
  readonly links: LinkRegistry;
  readonly budget: BudgetKeeper;
  readonly models: ModelRegistry;
  readonly outbox: Outbox;
  readonly attachments: Attachments;
  readonly turns: TurnEngine;
  readonly control: TurnControl;
  readonly calendar: Calendar;
  readonly people: People;
  readonly cards: CardDesk;
  readonly ownerChat: OwnerChat;
  readonly menus: CommandMenus;
  readonly pauses: Pauses;
  readonly schedules: ScheduleDesk;
  readonly toolbox: Toolbox;
  readonly receive: (id: LinkId, batch: InboundBatch) => Promise<readonly MessageRow[]>;
}

/** Every part, none of them started. What knows each other knows it by functions, so that the order is of no matter. */
function assemble(ports: GatewayPorts): Assembled {
  const { storage, clock, log } = ports;
  const events = createEvents(log);
  const control: TurnControl = {
    kick: (conversation) => turns.kick(conversation),
    cut: (conversation, turn) => turns.cut(conversation, turn),
    fewer: (what) => turns.fewer(what),
    decided: (turn) => turns.decided(turn),
  };
  const links: LinkRegistry = createLinks(ports, events, control, (id) => {
    outbox.linkUp(id);
    attachments.linkUp(id);
  });
  const calendar = createCalendar(
    () => timeZoneOf(ports),
    () => ports.systemTimeZone,
  );
  const budget: BudgetKeeper = createBudget(ports, events, calendar, (id) => models.provider(id));
  const models: ModelRegistry = createModels(ports, events, budget);
  const media = createMedia({ ports, events, models, calendar });
  const pacer = createPacer(clock, ports.random, () => ports.settings.get('delivery.pacing'));
  const presence = createPresence(clock, storage, links);
  const outbox = createOutbox(ports, events, links, presence, pacer);
  const attachments = createAttachments(ports, events, links);
  const pauses = createPauses(ports, events, links);
  const toolbox = createToolbox(ports, events, [createReadMoreTool(storage.read)]);
  const cards = createCards({ ports, events, links, budget, toolbox, turns: control });
  const turns = new TurnEngine({
    ...{ ports, events, links, models, outbox, presence, pacer, calendar },
    ...{ cards, budget, pauses, media, toolbox },
  });
  const people = createPeople(ports, events, links, control);
  const ownerChat = createOwnerChat({ ports, events, links, cards, budget, outbox });
  const menus = createCommandMenus(ports, events, links);
  const schedules = createSchedules({ ports, events, links, turns: control });
  const numbers = createCardNumbers({ ports, links, cards });
  const press = (link: LinkRow, action: InboundAction): Promise<void> =>
    action.data === stopAction ? stopPressed(ports, turns, link, action) : cards.pressed(link, action);
  const receive = async (id: LinkId, batch: InboundBatch): Promise<readonly MessageRow[]> => {
    const link = links.row(id);
    if (link === null) throw new Error(`batch for the unknown link ${id}`);
    const { messages, revised, followUps } = await receiveBatch(ports, events, link, batch, { press, numbers });
    if (messages.length > 0) links.noteIn(id);
    for (const made of followUps) {
      carryOut({ read: storage.read, events, turns: control }, made);
      for (const conversation of made.conversations) outbox.kick(conversation);
    }
    await turns.arrived(messages);
    turns.revised(revised);
    attachments.wanted(messages);
    return messages;
  };
  const owners = { people, cards, ownerChat, menus, pauses, schedules, toolbox };
  return { events, links, budget, models, outbox, attachments, turns, control, calendar, ...owners, receive };
}

/** Recovers first, so that nothing new comes before what the last run left; what is subscribed is undone with `undo`. */
async function start({ storage, settings }: GatewayPorts, parts: Assembled, undo: DisposableStack): Promise<void> {
  const { events, links, budget, outbox, turns, ownerChat, menus, schedules, toolbox } = parts;
  const wakeAll = (): void => {
    for (const conversation of storage.read.messages.conversationsWaiting()) turns.kick(conversation);
    for (const delivery of storage.read.deliveries.ready()) outbox.kick(delivery.conversation);
  };
  undo.use(settings.subscribe((key) => settingChanged(events, key)));
  undo.use(toolbox.follow());
  undo.use(
    storage.trouble.subscribe((trouble) => {
      events.publish({ kind: 'host' });
      if (trouble === null) wakeAll();
    }),
  );
  undo.use(await budget.start());
  await turns.recover();
  await outbox.recover();
  await links.start(async (id, batch) => void (await parts.receive(id, batch)));
  turns.resume();
  ownerChat.start();
  menus.start();
  schedules.runner.start();
  wakeAll();
}

/** Stop was pressed at a draft: for those who may talk there, and once, however often the press is told. */
async function stopPressed(
  ports: GatewayPorts,
  turns: TurnEngine,
  link: LinkRow,
  action: InboundAction,
): Promise<void> {
  const pressed = await ports.storage.commit((tables) => {
    const conversation = tables.conversations.find(link.id, action);
    if (conversation === null) return null;
    const role = roleIn(tables, link, conversation, action.sender.address);
    if (role === 'blocked' || role === 'unknown') return null;
    return tables.links.addEvent(link.id, action.key, ports.clock.now()) ? conversation.id : null;
  });
  if (pressed !== null) await turns.stop(pressed);
}

function healthOf({ trouble, read }: Storage, turns: TurnEngine): GatewayHealth {
  return {
    problem: trouble.value,
    runningTurns: turns.runningCount,
    waitingMessages: read.messages.countWaiting(),
    unsentReplies: read.deliveries.ready().length,
    sentAgain: read.deliveries.againCount(),
  };
}

async function atMost(clock: Clock, longest: Millis, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, pause(clock, longest, over.signal)]);
  over.abort();
}
