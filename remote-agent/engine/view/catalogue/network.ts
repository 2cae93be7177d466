// Views of connections and ports.
import type { ViewDef } from '../define.ts';
import { ORCHESTRATED } from './shared.ts';

export const NETWORK_VIEWS: readonly ViewDef[] = [
  {
    id: 'connections', name: 'Connections', kind: 'table', tags: ['Default', 'wsysdig'],
    description: 'Network connections with their ends, traffic each way and calls; the busiest first.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'proc.name', 'thread.tid', 'fd.sport', 'fd.sproto', 'fd.dport', 'fd.dproto', 'fd.port', 'fd.proto', 'fd.lport', 'fd.rport', 'evt.res', ...ORCHESTRATED],
    filter: '(fd.type=ipv4 or fd.type=ipv6) and fd.name!=\'\'', defaults: true, drillDown: 'incoming_connections',
    columns: [
      { name: 'NA', field: 'fd.name', key: 'row', tags: ['default'] },
      { name: 'NA', field: 'fd.containername', key: 'row', tags: ['containers'] },
      { name: 'L4PROTO', field: 'fd.l4proto', width: 8 },
      { name: 'LIP', field: 'fd.lip', width: 17 },
      { name: 'LPORT', field: 'fd.lport', width: 8 },
      { name: 'RIP', field: 'fd.rip', width: 17 },
      { name: 'RPORT', field: 'fd.rport', width: 8 },
      { name: 'BPS IN', field: 'evt.buflen.net.in', sorting: true, aggregation: 'timeAvg', width: 12 },
      { name: 'BPS OUT', field: 'evt.buflen.net.out', aggregation: 'timeAvg', width: 12 },
      { name: 'IOPS', field: 'evt.count', aggregation: 'timeAvg', width: 12 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'Command', field: 'proc.exeline', aggregation: 'max', width: 0 },
    ],
    actions: [
      { key: 'c', command: 'tcpdump -niany host %fd.lip and host %fd.rip and port %fd.lport and port %fd.rport' },
      { key: 'l', command: 'tcpdump -niany host %fd.lip' },
      { key: 'n', command: 'nslookup %fd.rip' },
      { key: 'P', command: 'ping %fd.rip', wait: false },
      { key: 'r', command: 'tcpdump -niany host %fd.rip' },
      { key: 't', command: 'traceroute %fd.rip' },
    ],
  },
  {
    id: 'incoming_connections', name: 'New Connections', kind: 'list', tags: ['Default'],
    description: 'Each accepted connection as it happens.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'thread.tid', 'proc.name', 'fd.name', 'fd.containername', 'fd.sport', 'fd.sproto', 'fd.dport', 'fd.port', 'fd.lport', 'fd.rport', ...ORCHESTRATED],
    filter: 'evt.type=accept and evt.dir=< and evt.failed=false',
    columns: [
      { name: 'TIME', field: 'evt.time', width: 19 },
      { name: 'Connection', field: 'fd.name', width: 40 },
      { name: 'Container', field: 'container.name', width: 20, tags: ['containers'] },
      { name: 'Command', field: 'proc.exeline', aggregation: 'max', width: 0 },
    ],
  },
  {
    id: 'sports', name: 'Server Ports', kind: 'table', tags: ['wsysdig'],
    description: 'Ports of servers with traffic each way and calls.',
    appliesTo: ['', 'container.id', 'proc.pid', 'thread.nametid', 'thread.tid', 'proc.name', 'evt.res', ...ORCHESTRATED],
    filter: '(fd.type=ipv4 or fd.type=ipv6) and fd.name!=\'\'', defaults: true, drillDown: 'connections',
    columns: [
      { name: 'NA', field: 'fd.sport', key: 'row' },
      { name: 'SPORT', field: 'fd.sport', width: 8 },
      { name: 'BPS IN', field: 'evt.buflen.net.in', sorting: true, aggregation: 'timeAvg', width: 12 },
      { name: 'BPS OUT', field: 'evt.buflen.net.out', aggregation: 'timeAvg', width: 12 },
      { name: 'IO CALLS', field: 'evt.count', aggregation: 'sum', width: 12 },
    ],
    actions: [
      { key: 't', command: 'tcpdump -niany port %fd.sport', wait: false },
    ],
  },
  {
    id: 'backlog', name: 'Socket Queues', kind: 'table', tags: ['Default'],
    description: 'How full the queues of listening sockets are when a connection is accepted.',
    appliesTo: ['', 'proc.pid', 'proc.name', 'fd.sport', 'fd.sproto'],
    filter: 'evt.type=accept', defaults: true, drillDown: 'connections',
    columns: [
      { name: 'NA', field: 'fd.sport', key: 'row' },
      { name: 'PID', field: 'proc.pid', width: 15 },
      { name: 'PORT', field: 'fd.sport', width: 15 },
      { name: 'BACKLOG', field: 'evt.arg[3]', sorting: true, aggregation: 'avg', width: 15 },
      { name: 'BACKLOG_PCT', field: 'evt.arg[2]', aggregation: 'avg', width: 15 },
      { name: 'BACKLOG_MAX', field: 'evt.arg[4]', width: 15 },
      { name: 'PROC', field: 'proc.name', width: 50 },
    ],
  },
  {
    id: 'port_bindings', name: 'Port bindings', kind: 'list', tags: ['default', 'wsysdig', 'nocsysdig'],
    description: 'Ports as they are bound, and given up again.',
    appliesTo: [''],
    filter: '(evt.type=bind and evt.dir=< and (fd.type=ipv4 or fd.type=ipv6)) or (evt.type=close and evt.dir=> and fd.typechar=2 and fd.type=ipv4)', defaults: true,
    columns: [
      { name: 'TIME', field: 'evt.time', width: 12 },
      { name: 'OPERATION', field: 'evt.type', width: 24 },
      { name: 'PORT', field: 'fd.sport', width: 24 },
      { name: 'Command', field: 'proc.exeline', aggregation: 'max', width: 0 },
    ],
  },
];
