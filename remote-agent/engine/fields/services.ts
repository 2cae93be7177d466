// Names of well-known ports, for filters that name a service. The engine reads no files, hence this short list.

const PORTS: readonly (readonly [name: string, port: number])[] = [
  ['ftp-data', 20], ['ftp', 21], ['ssh', 22], ['telnet', 23], ['smtp', 25], ['domain', 53], ['bootps', 67], ['bootpc', 68], ['tftp', 69], ['http', 80], ['kerberos', 88], ['pop3', 110], ['sunrpc', 111],
  ['ntp', 123], ['imap2', 143], ['imap', 143], ['snmp', 161], ['snmp-trap', 162], ['bgp', 179], ['ldap', 389], ['https', 443], ['microsoft-ds', 445], ['submissions', 465], ['syslog', 514], ['submission', 587],
  ['ldaps', 636], ['rsync', 873], ['imaps', 993], ['pop3s', 995], ['openvpn', 1194], ['ms-sql-s', 1433], ['mqtt', 1883], ['nfs', 2049], ['zookeeper', 2181], ['docker', 2375], ['etcd-client', 2379], ['etcd-server', 2380],
  ['mysql', 3306], ['epmd', 4369], ['sip', 5060], ['xmpp-client', 5222], ['postgresql', 5432], ['postgres', 5432], ['mdns', 5353], ['amqps', 5671], ['amqp', 5672], ['x11', 6000], ['redis', 6379], ['kube-apiserver', 6443],
  ['http-alt', 8080], ['webcache', 8080], ['kafka', 9092], ['elasticsearch', 9200], ['memcached', 11211], ['mongodb', 27017],
];

const byName: ReadonlyMap<string, number> = new Map(PORTS);
const byPort = new Map<number, string>();
for (const [name, port] of PORTS) if (!byPort.has(port)) byPort.set(port, name);

export const SERVICE_NAMES: readonly string[] = PORTS.map(([name]) => name);
/** Port of a service; undefined for an unknown one. */
export function servicePort(name: string): number | undefined { return byName.get(name.toLowerCase()); }
/** Text of a port. Numbers, as captures were always printed without resolving ports. */
export function serviceName(port: number): string { return String(port); }
/** Service of a port, where there is a well-known one. */
export function wellKnown(port: number): string | undefined { return byPort.get(port); }
