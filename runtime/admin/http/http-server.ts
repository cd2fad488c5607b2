/**
 * The HTTP side of a replica: the AdminServer, and the port for metrics alone. Served by the replica's own thread, so
 * whoever asks is bounded: number of connections, length of the head, time to send it, time to take the answer.
 */

import { createReadStream } from 'node:fs';
import http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReplicaView } from '../replica-view.ts';
import type { FindPage, Page, PageRequest } from './pages.ts';

const CONNECTIONS_MAX = 64;
/** Of the request line and the headers together. */
const HEAD_BYTES_MAX = 8 << 10;
const HEAD_WITHIN_MS = 5000;
const REQUEST_WITHIN_MS = 10_000;
/** Of a connection on which nothing moves, as admin.idleTimeout. */
const IDLE_MS = 30_000;
const KEEP_ALIVE_MS = 5000;
const REQUESTS_PER_CONNECTION = 1000;
const CHECK_EVERY_MS = 1000;
/** Written at once. */
const CHUNK_LENGTH = 16 << 10;

export interface HttpServerOptions {
  readonly host: string;
  /** 0: a free port, see `port`. */
  readonly port: number;
  readonly view: ReplicaView;
  readonly findPage: FindPage;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws the system's error (EADDRINUSE, EACCES …) when the port cannot be had */
export async function openHttpServer({ host, port, view, findPage }: HttpServerOptions): Promise<HttpServer> {
  const server = http.createServer(
    {
      maxHeaderSize: HEAD_BYTES_MAX,
      headersTimeout: HEAD_WITHIN_MS,
      requestTimeout: REQUEST_WITHIN_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
    },
    (request, response) => void serve(request, response, (asked) => findPage(view, asked)),
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION;
  server.timeout = IDLE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  find: (asked: PageRequest) => Promise<Page | null>,
): Promise<void> {
  // What comes in a body is of no interest to anybody; unread it would hold the connection.
  request.resume();
  try {
    const asked = readRequest(request);
    if (typeof asked === 'number') return refuse(response, asked);
    const page = await find(asked);
    if (page === null) return refuse(response, 404);
    response.writeHead(page.status, { 'cache-control': 'no-store', ...page.headers });
    if (request.method === 'HEAD') response.end();
    else await pipeline(bodyOf(page), response);
  } catch (error) {
    // Whoever asked has gone, or the answer broke off in the middle: either way nothing more can be said here.
    if (response.headersSent || response.destroyed) response.destroy();
    else refuse(response, 500, error instanceof Error ? error.message : String(error));
  }
}

/** @returns the status of a refusal for what cannot be answered */
function readRequest({ method, url = '', headers }: http.IncomingMessage): PageRequest | number {
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return 405;
  const [encoded = '', query = ''] = url.split('?', 2);
  try {
    const path = decodeURIComponent(encoded);
    const authorization = headers.authorization ?? null;
    return { method: method === 'POST' ? 'POST' : 'GET', path, query: new URLSearchParams(query), authorization };
  } catch {
    return 400;
  }
}

function bodyOf({ body }: Page): Readable {
  if (!('content' in body)) return Readable.from(chunks(body));
  return typeof body.content === 'string' ? createReadStream(body.content) : Readable.from(body.content);
}

/** Gathers small pieces: each write costs a system call. */
function* chunks(pieces: Iterable<string>): Generator<string, void, undefined> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < CHUNK_LENGTH) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function refuse(response: http.ServerResponse, status: number, detail = ''): void {
  const reason = http.STATUS_CODES[status] ?? '';
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${status} ${reason}${detail === '' ? '' : `: ${detail}`}\n`);
}
