/**
 * How znodes look in the JSON documents of `--json`. Scripts rely on these shapes: fields are added, never renamed.
 * zxids and session ids are hexadecimal text, since they have 64 bits; times are milliseconds since 1970.
 */

import { EnsembleError } from '../../../core/errors.ts';
import { formatSessionId } from '../../../core/ids.ts';
import type { Acl } from '../../../core/jute/acl.ts';
import type { Stat } from '../../../core/jute/stat.ts';
import { formatZxid } from '../../../core/zxid.ts';
import type { EnsembleConfig } from '../../client/ensemble-config.ts';
import { CommandError, type Failure } from './command-error.ts';
import { formatPermissions } from './permissions.ts';

/** What JSON can say. Keys whose value is undefined are left out. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

function statJson(stat: Stat): JsonObject {
  return {
    czxid: formatZxid(stat.czxid),
    mzxid: formatZxid(stat.mzxid),
    pzxid: formatZxid(stat.pzxid),
    ctime: stat.ctime,
    mtime: stat.mtime,
    version: stat.version,
    cversion: stat.cversion,
    aversion: stat.aversion,
    ephemeralOwner: formatSessionId(stat.ephemeralOwner),
    dataLength: stat.dataLength,
    numChildren: stat.numChildren,
  };
}

/** `data` is text where the bytes are UTF-8, else base64; `encoding` says which. */
function dataJson(data: Uint8Array | null): JsonObject {
  if (data === null) return { data: null, encoding: null };
  const bytes = Buffer.from(data);
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  return isText ? { data: text, encoding: 'utf8' } : { data: bytes.toString('base64'), encoding: 'base64' };
}

function aclJson(acl: readonly Acl[]): readonly JsonObject[] {
  return acl.map(({ scheme, id, perms }) => ({ scheme, id, perms: formatPermissions(perms) }));
}

/** The version is null where there is no configuration, as with a standalone server. */
function configJson({ version, members, text, stat }: EnsembleConfig): JsonObject {
  return {
    version: version === null ? null : formatZxid(version),
    members: members.map(({ id, quorumAddress, role, clientAddress }) => ({
      id,
      role,
      quorumAddress,
      clientAddress: clientAddress === null ? null : { host: clientAddress.host, port: clientAddress.port },
    })),
    text,
    stat: statJson(stat),
  };
}

/** What goes to stderr in place of a result. `code` is stable, `message` is for people. */
export function errorJson(error: unknown, { message, exitCode }: Failure): JsonObject {
  const code = error instanceof EnsembleError || error instanceof CommandError ? error.code : 'FAILED';
  const path = error instanceof EnsembleError ? error.path : null;
  return { error: { code, message, path, exitCode } };
}

/** What commands make their documents with. */
export const JSON_SHAPES = { stat: statJson, data: dataJson, acl: aclJson, config: configJson } as const;
export type JsonShapes = typeof JSON_SHAPES;
