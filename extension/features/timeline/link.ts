// Links that lead to a place in a capture or on a host: how they are written and read. Without VS Code.
import { isAbsolute } from 'node:path';
import { UserError } from '../../base/text.ts';

const TEXT_MAX = 4096;

/** The query of a link. Times are epoch ns. */
export function linkQuery(where: { readonly capture: string } | { readonly host: string }, place: { readonly startNs: string; readonly endNs: string; readonly filter: string; readonly row?: number }): string {
  const query = new URLSearchParams({ ...where, from: place.startNs, to: place.endNs });
  if (place.filter !== '') query.set('filter', place.filter);
  // Rows of a live host are counted anew in each session.
  if (place.row !== undefined && 'capture' in where) query.set('row', String(place.row));
  return query.toString();
}

/** Where a link leads: what it names is checked here, as anybody may have made it. */
export interface LinkTarget { readonly capture?: string; readonly host?: string; readonly from?: bigint; readonly to?: bigint; readonly filter?: string; readonly row?: number }
export function readLink(path: string, query: string): LinkTarget {
  const wrong = (what: string): UserError => new UserError(`This link to Porthole cannot be followed: ${what}.`, 'Copy the link again where it comes from.');
  if (path !== '/open') throw wrong(`it asks for ${path.slice(0, 100)}, which there is not`);
  const values = new URLSearchParams(query), text = (name: string): string | undefined => { const value = values.get(name) ?? undefined; if (value !== undefined && value.length > TEXT_MAX) throw wrong(`its ${name} is too long`); return value; };
  const capture = text('capture'), host = text('host'), filter = text('filter'), row = text('row');
  if ((capture === undefined) === (host === undefined)) throw wrong('it names neither a capture nor a host, or both');
  // No other machine's files: opening \\server\share\x would log in there.
  if (capture !== undefined && (!isAbsolute(capture) || /^[\\/]{2}/.test(capture) || !/\.scap(\.gz)?$/i.test(capture))) throw wrong('what it names is not the path of a .scap file on this machine');
  const time = (name: string): bigint | undefined => { const value = text(name); if (value === undefined) return undefined; if (!/^\d{1,20}$/.test(value)) throw wrong(`its time "${value.slice(0, 40)}" is none`); return BigInt(value); };
  const from = time('from'), to = time('to');
  if (row !== undefined && !/^\d{1,10}$/.test(row)) throw wrong('its event number is none');
  return { ...(capture === undefined ? {} : { capture }), ...(host === undefined ? {} : { host }), ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...(filter === undefined ? {} : { filter }), ...(row === undefined ? {} : { row: Number(row) }) };
}
