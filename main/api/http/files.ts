/**
 * `PUT /files` and `GET /files/<id>`: bytes never travel over the contract. The name comes percent-encoded in
 * `X-File-Name`. What is given back is a download, never a page: its own policy forbids everything.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { describeError } from '../../gateway/log.ts';
import { StorageTrouble } from '../../gateway/storage.ts';
import type { FileView } from '../../../preload/contract/views.ts';
import type { ApiPorts } from '../ports.ts';
import { securityHeaders, sendError, sendJson, whenGone } from './exchange.ts';

const maxNameLength = 255;

/** Never rejects. `path` is `/files` or begins with `/files/`. */
export async function answerFiles(
  ports: ApiPorts,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  try {
    if (path === '/files') {
      if (request.method === 'PUT') return await putFile(ports, request, response);
      return sendError(response, 405, 'Use PUT here.', { Allow: 'PUT' });
    }
    if (request.method === 'GET') return await getFile(ports, response, path.slice('/files/'.length));
    return sendError(response, 405, 'Use GET here.', { Allow: 'GET' });
  } catch (error) {
    if (response.destroyed) return;
    if (error instanceof StorageTrouble) {
      return sendError(response, 503, ports.sentences.reason(error.reason, null), { Connection: 'close' });
    }
    ports.log.write('error', 'api.file-failed', { error: describeError(error) });
    if (response.headersSent) response.destroy();
    sendError(response, 500, ports.sentences.reason({ code: 'host.bug' }, null), { Connection: 'close' });
  }
}

async function putFile(ports: ApiPorts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = fileName(request.headers['x-file-name']);
  if (name === null) return sendError(response, 400, 'X-File-Name must be one percent-encoded name.');
  const type = /^[\w.+-]+\/[\w.+-]+$/.exec((request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '')?.[0];
  const stored = await ports.files.put(
    request as AsyncIterable<Uint8Array>,
    { name, type: type ?? 'application/octet-stream' },
    whenGone(response),
  );
  if (stored.ok) {
    const { id, name: kept, type: kind, size } = stored.value;
    return sendJson(response, 201, { id, name: kept, type: kind, size } satisfies FileView);
  }
  const status = stored.failure.code === 'input.too-large' ? 413 : 507;
  sendError(response, status, ports.sentences.reason(stored.failure, null), { Connection: 'close' });
}

function fileName(header: string | readonly string[] | undefined): string | null {
  if (typeof header !== 'string' || header === '') return null;
  try {
    const name = decodeURIComponent(header);
    return name.length <= maxNameLength ? name : null;
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

async function getFile(ports: ApiPorts, response: ServerResponse, id: string): Promise<void> {
  const found = /^[\w-]{1,64}$/.test(id) ? await ports.files.open(id) : null;
  if (found === null) return sendError(response, 404, 'There is no such file.');
  const { row: file, stream } = found;
  const encoded = encodeURIComponent(file.name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  response.writeHead(200, {
    ...securityHeaders,
    'Content-Type': file.type,
    'Content-Length': file.size,
    'Content-Disposition': `attachment; filename*=UTF-8''${encoded}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, max-age=31536000, immutable',
  });
  await pipeline(stream, response);
}
