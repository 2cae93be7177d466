// Captures for the agent: opened as everybody opens them, by the version that answers.
import { openCaptureBytes, openCaptureFile, type CaptureFile } from '../capture/captureFile.ts';
import { VERSION } from './version.ts';

export { pause } from '../capture/captureFile.ts';
export { reasonOf } from '../capture/reasons.ts';
export type FileSource = CaptureFile;
export interface FileOptions { readonly historyBytes?: number }

/** Rejects with a message for people where the file cannot be opened at all. */
export async function openFile(path: string, options: FileOptions = {}): Promise<FileSource> { return await openCaptureFile(path, { agentVersion: VERSION, ...options }); }

/** A capture that is in memory already. */
export function openBytes(name: string, bytes: Uint8Array, options: FileOptions = {}): FileSource { return openCaptureBytes(name, bytes, { agentVersion: VERSION, ...options }); }
