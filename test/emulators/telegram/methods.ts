/*
 * The methods of the Bot API that exist here, all but `getUpdates`. Names are matched in any case, as the service does.
 * A method that is not in the table does not exist: 404.
 */
import { isRecord } from '../lib/json.ts';
import type { ChatState, TelegramBot } from './bot.ts';
import type { Params } from './params.ts';
import { prepareText } from './text.ts';
import type { Answer, Message } from './types.ts';

type Method = (bot: TelegramBot, params: Params) => Answer;

/** A refusal; `description` without the words that the status stands for. */
export function fail(error_code: number, description: string, parameters?: Readonly<Record<string, unknown>>): Answer {
  return { ok: false, error_code, description, ...(parameters === undefined ? {} : { parameters }) };
}

function bad(description: string): Answer {
  return fail(400, `Bad Request: ${description}`);
}

function done(result: unknown, description?: string): Answer {
  return { ok: true, result, ...(description === undefined ? {} : { description }) };
}

/** The refusal of a call that came too soon. */
export function tooManyRequests(seconds: number): Answer {
  return fail(429, `Too Many Requests: retry after ${String(seconds)}`, { retry_after: seconds });
}

const chatActions = new Set(
  (
    'cancel typing record_video upload_video record_audio record_voice upload_audio upload_voice upload_photo ' +
    'upload_document choose_sticker pick_up_location find_location record_video_note upload_video_note'
  ).split(' '),
);

type FoundChat = { readonly ok: true; readonly state: ChatState } | { readonly ok: false; readonly answer: Answer };

function findChat(bot: TelegramBot, params: Params, write: boolean): FoundChat {
  const given = params.text('chat_id').trim();
  if (given === '') return { ok: false, answer: bad('chat_id is empty') };
  const state = /^-?[0-9]+$/.test(given) ? bot.chat(Number(given)) : undefined;
  if (state === undefined) return { ok: false, answer: bad('chat not found') };
  if (!write || state.access === 'open') return { ok: true, state };
  switch (state.access) {
    case 'blocked':
      return { ok: false, answer: fail(403, 'Forbidden: bot was blocked by the user') };
    case 'deactivated':
      return { ok: false, answer: fail(403, 'Forbidden: user is deactivated') };
    case 'kicked':
      return { ok: false, answer: fail(403, `Forbidden: bot was kicked from the ${state.chat.type} chat`) };
  }
}

function admit(bot: TelegramBot, state: ChatState): Answer | undefined {
  const wait = bot.limits.admit(state.chat, bot.milliseconds());
  return wait === undefined ? undefined : tooManyRequests(wait);
}

type Reply =
  { readonly ok: true; readonly message: Message | undefined } | { readonly ok: false; readonly answer: Answer };

function findReply(params: Params, state: ChatState): Reply {
  const legacy = params.int('reply_to_message_id', 0);
  let wanted = legacy;
  let optional = params.flag('allow_sending_without_reply');
  if (params.has('reply_parameters')) {
    const given = params.json('reply_parameters');
    if (given === undefined) return { ok: false, answer: bad("can't parse reply parameters JSON object") };
    if (!isRecord(given)) return { ok: false, answer: bad('object expected as reply parameters') };
    if (Object.keys(given).length === 0) return { ok: true, message: undefined };
    const id = Number(given['message_id']);
    if (!Number.isInteger(id)) return { ok: false, answer: bad('can\'t find field "message_id"') };
    wanted = id;
    optional = given['allow_sending_without_reply'] === true;
  }
  if (wanted <= 0) return { ok: true, message: undefined };
  const message = state.messages.get(wanted);
  if (message === undefined && !optional) return { ok: false, answer: bad('message to be replied not found') };
  return { ok: true, message };
}

function sendMessage(bot: TelegramBot, params: Params): Answer {
  const prepared = prepareText(params, (id) => bot.user(id));
  if (!prepared.ok) return fail(400, prepared.description);
  const found = findChat(bot, params, true);
  if (!found.ok) return found.answer;
  const { state } = found;
  const reply = findReply(params, state);
  if (!reply.ok) return reply.answer;
  const refused = admit(bot, state);
  if (refused !== undefined) return refused;
  const { text, entities } = prepared;
  const markup = params.json('reply_markup');
  const message: Message = {
    message_id: bot.nextMessageId(state),
    from: bot.me,
    chat: state.chat,
    date: bot.seconds(),
    text,
    ...(entities.length > 0 ? { entities } : {}),
    ...(reply.message === undefined ? {} : { reply_to_message: reply.message }),
    ...(isRecord(markup) && markup['inline_keyboard'] !== undefined ? { reply_markup: markup } : {}),
  };
  state.messages.set(message.message_id, message);
  const where = { chatId: state.chat.id, messageId: message.message_id };
  bot.noteSend({ kind: 'message', ...where, text, entities, action: undefined, raw: params.values });
  return done(message);
}

function editMessageText(bot: TelegramBot, params: Params): Answer {
  const prepared = prepareText(params, (id) => bot.user(id));
  if (!prepared.ok) return fail(400, prepared.description);
  const id = params.int('message_id', 0);
  if (params.text('chat_id') === '' && id === 0) return bad('message identifier is not specified');
  const found = findChat(bot, params, true);
  if (!found.ok) return found.answer;
  const { state } = found;
  const old = state.messages.get(id);
  if (old === undefined) return bad('message to edit not found');
  if (old.from.id !== bot.me.id) return bad("message can't be edited");
  const { text, entities } = prepared;
  const markup = params.json('reply_markup');
  const { reply_markup: oldMarkup, entities: _oldEntities, ...kept } = old;
  const same = text === old.text && JSON.stringify(entities) === JSON.stringify(old.entities ?? []);
  if (same && JSON.stringify(markup) === JSON.stringify(oldMarkup)) {
    return bad(
      'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
        'content and reply markup of the message',
    );
  }
  const refused = admit(bot, state);
  if (refused !== undefined) return refused;
  const message: Message = {
    ...kept,
    edit_date: bot.seconds(),
    text,
    ...(entities.length > 0 ? { entities } : {}),
    ...(markup === undefined ? {} : { reply_markup: markup }),
  };
  state.messages.set(id, message);
  const where = { chatId: state.chat.id, messageId: id };
  bot.noteSend({ kind: 'edit', ...where, text, entities, action: undefined, raw: params.values });
  return done(message);
}

function sendChatAction(bot: TelegramBot, params: Params): Answer {
  const action = params.text('action').toLowerCase();
  if (!chatActions.has(action)) return bad('wrong parameter action in request');
  const found = findChat(bot, params, true);
  if (!found.ok) return found.answer;
  const where = { chatId: found.state.chat.id, messageId: undefined };
  bot.noteSend({ kind: 'action', ...where, text: undefined, entities: [], action, raw: params.values });
  return done(true);
}

function getMe(bot: TelegramBot): Answer {
  return done({
    ...bot.me,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_guest_queries: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  });
}

function getChat(bot: TelegramBot, params: Params): Answer {
  const found = findChat(bot, params, false);
  if (!found.ok) return found.answer;
  return done({ ...found.state.chat, accent_color_id: 0, max_reaction_count: 11 });
}

function setMyCommands(bot: TelegramBot, params: Params): Answer {
  const given = params.has('commands') ? params.json('commands') : [];
  if (given === undefined) return bad("can't parse commands JSON object");
  if (!Array.isArray(given)) return bad('expected an Array of BotCommand');
  if (given.length > 100) return bad('BOT_COMMANDS_TOO_MUCH');
  for (const command of given) {
    if (!isRecord(command)) return bad("can't parse BotCommand: expected an Object");
    const [name, description] = [command['command'], command['description']];
    if (typeof name !== 'string' || !/^\/?[a-z0-9_]{1,32}$/.test(name)) return bad('BOT_COMMAND_INVALID');
    if (typeof description !== 'string' || description.length < 1 || description.length > 256) {
      return bad('BOT_COMMAND_DESCRIPTION_INVALID');
    }
  }
  bot.commands = given;
  return done(true);
}

function setWebhook(bot: TelegramBot, params: Params): Answer {
  const url = params.text('url');
  if (url === '') return deleteWebhook(bot, params);
  if (!url.startsWith('https://')) return bad('bad webhook: An HTTPS URL must be provided for webhook');
  bot.queue.allow(params.json('allowed_updates'));
  if (params.flag('drop_pending_updates')) bot.queue.clear();
  if (bot.webhook === url) return done(true, 'Webhook is already set');
  bot.webhook = url;
  bot.queue.endPoll('Conflict: terminated by setWebhook request');
  return done(true, 'Webhook was set');
}

function deleteWebhook(bot: TelegramBot, params: Params): Answer {
  if (params.flag('drop_pending_updates')) bot.queue.clear();
  const was = bot.webhook !== '';
  bot.webhook = '';
  return done(true, was ? 'Webhook was deleted' : 'Webhook is already deleted');
}

function getWebhookInfo(bot: TelegramBot): Answer {
  const { allowed, pending } = bot.queue;
  const asked = allowed === undefined ? {} : { allowed_updates: allowed };
  return done({ url: bot.webhook, has_custom_certificate: false, pending_update_count: pending.length, ...asked });
}

/** The methods by their names in lower case. */
export const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['getme', getMe],
  ['getchat', getChat],
  ['sendmessage', sendMessage],
  ['editmessagetext', editMessageText],
  ['sendchataction', sendChatAction],
  ['setmycommands', setMyCommands],
  ['getmycommands', (bot) => done(bot.commands)],
  ['setwebhook', setWebhook],
  ['deletewebhook', deleteWebhook],
  ['getwebhookinfo', getWebhookInfo],
]);
