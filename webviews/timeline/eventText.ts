// One event as text for people and for other tools: a filter that finds it, lines, JSON. Pure.
import type { EventDetails, EventParameter } from '../../remote-agent/protocol/messages.ts';
import { formatDuration } from '../base/time.ts';
import type { Clock } from '../base/time.ts';
import { bytesOf } from '../base/columns.ts';

/** A value as a filter writes it: quoted unless it is plainly one word. */
export function filterValue(value: string | number): string {
  const text = String(value);
  return /^[\w./:@+-]+$/.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
export function condition(field: string, value: string | number): string { return `${field}=${filterValue(value)}`; }

/** A filter for one argument: of `12(/etc/passwd)`, filters know what it stands for, not the number. */
export function argumentCondition(parameter: EventParameter): string {
  if (parameter.name === '') return '';
  const words = /^-?[0-9A-Fa-fx]+\((.+)\)$/s.exec(parameter.value)?.[1];
  return condition(`evt.arg.${parameter.name}`, words ?? parameter.value);
}

/** A filter that finds this event and those like it: same call, same thread, same file or connection. */
export function filterOf(event: EventDetails): string {
  const parts = [condition('evt.type', event.name), condition('thread.tid', event.tid)];
  if (event.containerId !== '') parts.unshift(condition('container.id', event.containerId));
  if (event.fd && event.fd.name !== '') parts.push(condition('fd.name', event.fd.name));
  return parts.join(' and ');
}

/** Name and value, a line each. */
export function textOf(event: EventDetails, clock: Clock): string {
  const lines: string[] = [
    `${event.name}(${event.info.trim()})${event.result === '' ? '' : ` = ${event.result}`}`,
    `time: ${clock.formatFull(event.startNs)}`, `duration: ${formatDuration(event.durationNs) || 'unknown'}`,
    `process: ${event.comm} (pid ${event.pid}, tid ${event.tid}, cpu ${event.cpu})`, `container: ${event.container === '' ? 'host' : event.container} ${event.containerId}`.trimEnd(),
    ...event.parameters.map((parameter) => `${parameter.name}: ${parameter.value}`),
  ];
  if (event.fd) lines.push(`descriptor: ${event.fd.fd} ${event.fd.kind} ${event.fd.name}`);
  if (event.data) lines.push('data:', hexDump(bytesOf(event.data)));
  return lines.join('\n');
}

export function jsonOf(event: EventDetails): string {
  const { data, ...rest } = event;
  const dataHex = data ? Array.from(bytesOf(data), (byte) => byte.toString(16).padStart(2, '0')).join('') : undefined;
  return JSON.stringify(dataHex === undefined ? rest : { ...rest, dataHex }, undefined, 2);
}

/** `00000010  68 65 6c 6c 6f …  |hello…|`, sixteen bytes a line. */
export function hexDump(bytes: Uint8Array, maxBytes = 4096): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, maxBytes); at += 16) {
    const row = bytes.subarray(at, Math.min(at + 16, bytes.length));
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = Array.from(row, (byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·').join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${ascii}`);
  }
  if (bytes.length > maxBytes) lines.push(`… ${bytes.length - maxBytes} bytes more`);
  return lines.join('\n');
}

/** Bytes as text: UTF-8 where it is, other bytes and control characters as a middle dot; line ends kept. */
export function plainText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes).replace(/\r\n/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffd\u202a-\u202e\u2066-\u2069]/g, '·');
}
