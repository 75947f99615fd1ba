/** What can be wrong with a server: which of it lasts, and the sentences that models read about it. */
import { wrongLinesOfServer } from '../../../preload/contract/reasons.ts';
import { assertNever } from '../../lib/assert-never.ts';
import type { McpReason, McpReasonCode } from './types.ts';

/** Trying again changes nothing until the owner, or the server's owner, has done something. */
const lasting: ReadonlySet<McpReasonCode> = new Set([...wrongLinesOfServer, 'mcp.protocol', 'mcp.bug']);

export function isLasting(reason: McpReason): boolean {
  return lasting.has(reason.code);
}

/** A whole sentence, for models and for the server's log; the window has its own in its language. */
export function sentenceOf({ code, params = {} }: McpReason): string {
  const value = (name: string): string => String(params[name] ?? '?');
  switch (code) {
    case 'mcp.command-missing':
      return `There is no command ${value('command')} on this computer.`;
    case 'mcp.command-refused':
      return `The command ${value('command')} may not be started (${value('error')}).`;
    case 'mcp.command-script':
      return `Windows starts ${value('command')} through a shell only; name the program itself, such as node.exe.`;
    case 'mcp.secret-unreadable':
      return `The secret ${value('name')} cannot be read on this computer; it has to be entered again.`;
    case 'mcp.address-refused':
      return 'Only addresses that begin with https:// are used, or with http:// on this computer itself.';
    case 'mcp.header-refused':
      return `The header ${value('name')} cannot be sent as it was entered.`;
    case 'mcp.name-taken':
      return `There is a server called ${value('name')} already.`;
    case 'mcp.signed-out':
      return `The server does not accept the key it was given (status ${value('status')}).`;
    case 'mcp.not-a-server':
      return `At this address no such server answers (status ${value('status')}).`;
    case 'mcp.redirected':
      return `The address leads to another one (${value('to')}), which is not followed.`;
    case 'mcp.protocol':
      return `The server speaks a version of the protocol that is not known here (${value('version')}).`;
    case 'mcp.ended':
      return `The server ended (${value('how')}).`;
    case 'mcp.hung':
      return `The server said nothing for ${value('seconds')} s.`;
    case 'mcp.unreachable':
      return `The server could not be reached (${value('error')}).`;
    case 'mcp.server-error':
      return `The server answered with status ${value('status')}.`;
    case 'mcp.session-ended':
      return 'The server has forgotten the session; a new one is begun.';
    case 'mcp.stream-cut':
      return 'The connection was cut before the answer came.';
    case 'mcp.too-much':
      return `The server sent more than ${value('megabytes')} MB in one message.`;
    case 'mcp.malformed':
      return 'The server answered with something that is not of the protocol.';
    case 'mcp.refused':
      return `The server refused: ${value('message')}`;
    case 'mcp.bug':
      return 'Porchlight itself failed with this server; its log says more.';
    default:
      return assertNever(code, 'reason');
  }
}
