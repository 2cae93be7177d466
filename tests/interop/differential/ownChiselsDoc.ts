// Writes docs/library.md out of what the chisels say of themselves: npx tsx tests/interop/differential/ownChiselsDoc.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { readHead } from '../../../remote-agent/engine/chisel/loader.ts';
import { APART, OWN_CASES } from './ownChiselsCases.ts';

const ROOT = new URL('../../../', import.meta.url);
const DOC = new URL('docs/library.md', ROOT);

/** What stands behind the name in the example, where there are arguments. */
const EXAMPLES: Readonly<Record<string, string>> = {
  around: '\'out.scap 500\' evt.failed=true', fdbytes_by: 'fd.name', fdcount_by: 'proc.name', fdtime_by: 'proc.name', fileslower: '1', httptop: 'time', list_login_shells: 'sudo', lsof: 'fd.type=ipv4',
  memcachelog: '\'set 1000\'', netlower: '10', netstat: 'fd.sport=443', ps: 'proc.name=nginx', scallslower: '500', spy_file: '\'W /var/log/app.log\'', spy_ip: '192.0.2.10', spy_logs: '\'out.scap 500\'', spy_port: '80',
  spy_syslog: '\'out.scap 500\'', spy_users: '2', table_generator: '"proc.name Process evt.rawarg.res Bytes \'evt.is_io=true\' 10 bytes"', topfiles_rw: '20', topprocs_cpu_estimate: '20', typed_commands: 'root',
  dnslog: 'failed', mysqllog: 'top', pgsqllog: 'failed', redislog: 'top', conversations: '20', shared_files: '3', crashes: '\'20 no\'', spectrogram: '200 evt.is_io=true', subsecoffset: '\'1000\' proc.name=cron', slowwaits: '100 container.name=web',
  topcontainers_net: '', topprocs_net: 'container.name=web', stderr: 'container.name=web', echo_fds: 'fd.sport=5432', bottlenecks: 'evt.type!=futex',
};

const FRONT = `# Porthole's own chisels

The table is made from what the chisels say of themselves (\`tests/interop/differential/ownChiselsDoc.ts\`). \`FILE\` is a capture; without \`-r FILE\` they run on
what is live, and tables come once a second. \`-pc\` tells containers apart, a filter behind the arguments looks at a part of the events, \`-j\` prints tables as JSON.
\`porthole -cl\` lists what is there, \`porthole -i NAME\` says all of one. They are in \`remote-agent/chisels\`, to read and to begin one's own with ([chisels.md](chisels.md)).

Those that sysdig has under the same name take the same arguments and print the same, which is compared with sysdig on captures
(\`tests/interop/differential/ownChisels.test.ts\`; what sysdig's do wrong is in \`ownChiselsCases.ts\` with the reason, and is right here).

`;

const BEHIND = `
## What containers ask

\`dnslog\`, \`mysqllog\`, \`pgsqllog\` and \`redislog\` decode requests and answers from the bytes of calls; with \`httplog\` and \`memcachelog\` that is what most containers say to each other. They ask
for 1,024 bytes of each buffer (of a capture, what was recorded); statements that are longer are cut, and what goes over TLS cannot be seen. They are tested byte by byte, with hostile bytes, and on a
recording of thirteen containers (\`tests/chisels/services.test.ts\`):

\`\`\`
$ porthole -r wordpress.scap -c dnslog failed
2026-11-22 11:05:56.721251182 shop-dns-1           dnsmasq          <   4.76ms  inventory-blue.shop.internal A -> NXDOMAIN
$ porthole -r wordpress.scap -c mysqllog top
   COUNT   FAILED      TOTAL       MEAN    LONGEST  REQUEST
     956        0      612ms      640us       13ms  SELECT option_value FROM wp_options WHERE option_name = ? LIMIT ?
$ porthole -r wordpress.scap -c conversations
FROM                         TO                           CONNECTIONS       SENT   RECEIVED   FAILED
shop-wordpress-3             shop-db-1:3306                        37   149.19KB      2.08M        0
shop-haproxy-1               shop-wordpress-2:80                   52     4.54KB      1.14M        2
\`\`\`

\`conversations\` finds whose an address is by what all connections of a container have in common; an end that is in no container is shown by its address. \`container_writes\` tells mounts apart where the
source says what is mounted.

## What differs from the namesakes

| chisel | what |
|---|---|
| \`list_login_shells\` | lists each shell once; sysdig's prints the last one three times |
| \`spy_users\` | knows the shell of each command by \`proc.loginshellid\`; sysdig's loses shells once it has seen another one |
| \`spy_ip\`, \`spy_port\` | say what is sent and what is received, with the length of each piece; sysdig's repeat an earlier length, and \`spy_ip\` calls all of it read |
| \`spy_ip\`, \`spy_port\`, \`proc_exec_time\` | heed \`disable_color\` |
| \`spy_syslog -pc\` | names the container also where the output is no terminal |
| \`httplog\`, \`httptop\` | see requests and answers whose first line comes in one piece, and nothing that only looks like one |
| \`memcachelog set\` | works without a size |
| \`topprocs_cpu\`, \`topcontainers_cpu\` | count changes of the running thread where no event tells the time of threads, as on a live host |
| \`flame\` | prints lines for tools that draw flame graphs, where sysdig's prints a page |
| \`shellshock_detect\` | runs; the filter of sysdig's is wrong |
| \`around\`, \`spy_logs\`, \`spy_syslog\` | write no file where nothing was found |

Not there: \`tracers_2_statsd\`, \`udp_extract\` and \`wsysdig_summary\` (chisels have neither network nor
files). Of sysdig's package those that need neither run unchanged.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The page as it should be. */
export function libraryPage(): string {
  const chisels = [...Object.keys(OWN_CASES), ...Object.keys(APART)].map((name) => {
    const head = readHead(readFileSync(new URL(`remote-agent/chisels/${name}.lua`, ROOT), 'utf8'));
    if (head === undefined) throw new Error(`${name} has no head`);
    return { name, head };
  }).sort((a, b) => a.head.category.localeCompare(b.head.category) || a.name.localeCompare(b.name));
  const lines = ['| chisel | category | arguments | what it answers | example |', '|---|---|---|---|---|'];
  for (const { name, head } of chisels) {
    const args = head.args.map((arg) => `\`${arg.name}\`${arg.optional ? ' (optional)' : ''}: ${arg.description}`).join('; ');
    lines.push(`| \`${name}\` | ${head.category} | ${cell(args)} | ${cell(head.description)} | \`porthole -r FILE -c ${[name, EXAMPLES[name] ?? ''].join(' ').trim()}\` |`);
  }
  return `${FRONT}${lines.join('\n')}\n${BEHIND}`;
}

/** The page as it is. */
export function libraryFile(): string { return readFileSync(DOC, 'utf8'); }

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(DOC, libraryPage());
