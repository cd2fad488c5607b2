/** What is served under which path: commands, health, metrics. In: a request's parts. Out: a page, or null for 404. */

import type { CommandContent } from '../commands/command.ts';
import { COMMAND_NAMES, runCommand } from '../commands/commands.ts';
import { type Json, jsonPieces } from '../json.ts';
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from '../metrics/prometheus.ts';
import type { ReplicaView } from '../replica-view.ts';
import { HEALTH_CHECKS, health } from './health.ts';

export interface PageRequest {
  readonly method: 'GET' | 'POST';
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | null;
}

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text in pieces, made while it is sent; or a file or bytes. */
  readonly body: Iterable<string> | { readonly content: CommandContent };
}

/** @returns null for a path under which there is nothing */
export type FindPage = (view: ReplicaView, request: PageRequest) => Promise<Page | null>;

const COMMANDS_PATH = '/commands';
const PLAIN = 'text/plain; charset=utf-8';

export const findAdminPage: FindPage = async (view, request) => {
  const { path, method } = request;
  if (path === COMMANDS_PATH || path === `${COMMANDS_PATH}/`) return commandList();
  if (path.startsWith(`${COMMANDS_PATH}/`))
    return await commandPage(view, path.slice(COMMANDS_PATH.length + 1), request);
  const checks = HEALTH_CHECKS.get(path);
  if (checks !== undefined && method === 'GET') {
    const { status, text } = health(view, checks, request.query.has('verbose') ? 'verbose' : 'brief');
    return { status, headers: { 'content-type': PLAIN }, body: [text] };
  }
  return await findMetricsPage(view, request);
};

export const findMetricsPage: FindPage = async (view, { path, method }) => {
  if (path !== '/metrics' || method !== 'GET') return null;
  const runtime = await view.askRuntime();
  return { status: 200, headers: { 'content-type': PROMETHEUS_CONTENT_TYPE }, body: prometheusText(view, runtime) };
};

function commandList(): Page {
  const links = COMMAND_NAMES.map((name) => `<a href="${COMMANDS_PATH}/${name}">${name}</a>\n<br/>\n`);
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: links };
}

async function commandPage(view: ReplicaView, name: string, request: PageRequest): Promise<Page> {
  const { command, answer } = await runCommand(view, { name, method: request.method }, request);
  const { members, error = null, status = 200, headers = {}, content } = answer;
  if (content !== undefined) {
    return { status, headers: { 'content-type': 'application/octet-stream', ...headers }, body: { content } };
  }
  const json: Json = { ...members, command, error };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: jsonPieces(json) };
}
