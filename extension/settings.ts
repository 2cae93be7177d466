// Settings of the user, read with their types.
import * as vscode from 'vscode';
import type { AgentSettings } from './remote/agentStart.ts';
import type { HostSources } from './remote/hostConfig.ts';

function read<T>(name: string, fallback: T): T { return vscode.workspace.getConfiguration('porthole').get<T>(name) ?? fallback; }

export function hostSources(): HostSources {
  const hosts = read<readonly unknown[]>('hosts', []);
  return { configPath: read('sshConfigPath', ''), hosts: hosts.filter((host): host is string => typeof host === 'string'), local: process.platform === 'linux' };
}
export function agentSettings(): AgentSettings {
  return { historyMegabytes: bounded(read('historyMegabytes', 256), 16, 65536, 256), snapLength: bounded(read('snapLength', 80), 0, 4096, 80), ringKilobytes: bounded(read('ringKilobytes', 0), 0, 1048576, 0) };
}
export function autoConnect(): string { return read('autoConnect', '').trim(); }
export function openOnStart(): string { return read('openOnStart', '').trim(); }

function bounded(value: unknown, low: number, high: number, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(high, Math.max(low, Math.trunc(value))) : fallback;
}
