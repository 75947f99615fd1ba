/*
 * For a bench or a test in another process; nothing of it is recorded as traffic. The account is the first phone. Times
 * are milliseconds since the epoch with fractions. People are named by their numbers and come to be when they are named,
 * groups by their addresses. Names of things to happen are those of companion.ts.
 *
 *   POST scan        {qr, forge?, refresh?}  the phone scans; answers {outcome}
 *   POST code        {code}                  its owner types a pairing code; answers {outcome}
 *   POST refresh     {kind, qr}              the service withdraws the registration's secret; answers {id}
 *   POST remember    {text, with, by?, at}   said before any device was linked: part of the history of the next one
 *   POST say         {number, name?, text, by?, id?, at?, group?, quote?, mention?}  a contact writes, to the account or
 *                                            in a group; answers {id, saidAt}. `quote`: {id, author, text}
 *   POST note        {text, by?, to?, group?}  the owner writes with the phone: to himself, to a number, in a group
 *   POST edit        {number, id, text}      somebody changes what he wrote
 *   POST take-back   {number, id}            or takes it back
 *   POST file        {number, name?, kind, base64, caption?, mime?, fileName?, group?}  sends a file
 *   POST react       {number, arrival, emoji}  reacts to the arrival of that number
 *   POST typing      {number, state}         is seen typing, recording, or no longer
 *   POST read        {number, id}            reads an arrival
 *   POST group       {subject, members, admin?}  a new group with these numbers and the account; answers {address}
 *   POST group-change {address, add?, remove?, subject?}
 *   GET  group?address=                      {subject, members}
 *   POST happen      {what, how?}            drop, close, endStream, conflict, silence, downgrade, remove
 *   POST error       {code}                  a stream error
 *   POST fail        {code}                  a <failure>
 *   POST fault       {faults}                what the next messages of the client meet, see faults.ts
 *   POST refuse      {what, code, count? | forMs?}  upgrades (HTTP) or logins (<failure>) are refused with that code
 *   POST shut        {forMs}                 no connection can be made for that time, those that stand are cut
 *   POST unlink      {device}                the phone removes a device
 *   GET  arrivals?since=N&wait=MS            arrivals after number N; waits for the first if there is none
 *   GET  sends?since=N                       messages of the client, with their ids and what became of them
 *   GET  receipts?number=  GET typing?number=  what a person was told and saw
 *   GET  companions                          {companions: [{device, os, isActive, isBootstrapped, waiting, preKeys, …}]}
 *   GET  counts                              how much of everything there has been
 *   GET  unanswered   messages whose acknowledgement did not get through
 *   GET  unreadable, violations
 *   GET  state                               {linked, active, waiting} of the newest companion
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRecord, parseJson } from '../lib/json.ts';
import type { JsonRecord } from '../lib/json.ts';
import { lookups } from './control-lookups.ts';
import { orders } from './control-orders.ts';
import type { WhatsAppEmulator } from './server.ts';

const prefix = '/__control/';

/** Answers a request for the control endpoint; false when it is for something else. */
export function answerControl(emulator: WhatsAppEmulator, request: IncomingMessage, response: ServerResponse): boolean {
  const url = new URL(request.url ?? '/', emulator.origin);
  if (!url.pathname.startsWith(prefix)) return false;
  const { method = 'GET' } = request;
  const name = url.pathname.slice(prefix.length);
  // Not caught on purpose: a throw here is a wrong use of the emulator, and ends its process.
  void answer(emulator, { method, name, query: url.searchParams }, request).then((output) => {
    const text = JSON.stringify(output ?? { error: `Not a control command, or wrongly put: ${method} ${name}` });
    response.writeHead(output === undefined ? 400 : 200, { 'content-type': 'application/json' }).end(text);
  });
  return true;
}

interface Command {
  readonly method: string;
  readonly name: string;
  readonly query: URLSearchParams;
}

async function answer(
  emulator: WhatsAppEmulator,
  { method, name, query }: Command,
  request: IncomingMessage,
): Promise<JsonRecord | undefined> {
  const input = await readInput(request);
  return method === 'POST' ? orders.get(name)?.(emulator, input) : lookups.get(name)?.(emulator, query);
}

async function readInput(request: IncomingMessage): Promise<JsonRecord> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const parsed = text === '' ? {} : parseJson(text);
  return isRecord(parsed) ? parsed : {};
}
