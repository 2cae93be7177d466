// The filter language beside sysdig: every operator with every type of field, what both reject, and the newer half of the language beside filters of the older
// one that say the same. With -d sysdig looks at every event before it filters, as Porthole always does.
import { captures } from './captures.ts';
import { ADDRESS_FAMILIES, APID_IN, DOUBLE_NOT, EQUAL_SIGNS, LOOSE_NOT, NEWER_LANGUAGE, QUOTED_ESCAPES, RAW_ADDRESSES, RAW_IN, SHORT_BUFFERS } from './filtersKnown.ts';
import { differential, toldDifferences } from './harness.ts';
import type { KnownDifference } from './harnessKnown.ts';

const PATHS = new Map(captures().map(({ name, path }) => [name, path]));
const SHOP = 'shop', LIFE = 'life', REAL = 'wordpress-small', IPV6 = 'single_ipv6_conn', EVENTS = 'events-1';

function run(capture: string, filter: string, sysdigFilter = filter, differences: readonly KnownDifference[] = []): void {
  const path = PATHS.get(capture);
  // Real captures are not everywhere.
  if (path === undefined) return;
  const args = (text: string): string[] => ['-d', '-p', '%evt.num', text];
  differential(`${capture}: ${filter}${sysdigFilter === filter ? '' : ` as ${sysdigFilter}`}`, { capture: path, args: args(filter), sysdigArgs: args(sysdigFilter), differences });
}

/** By capture: filters of both. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  [SHOP]: [
    // UINT64, with what does not fit and what is not there.
    'evt.num=20', 'evt.num!=20', 'evt.num<20', 'evt.num<=20', 'evt.num>20', 'evt.num>=20', 'evt.num in (20, 21, 22)', 'evt.num exists', 'evt.num=-1', 'evt.num=+20', 'evt.num=" 20"', 'evt.num<18446744073709551616', 'evt.num=-18446744073709551596', 'evt.buflen>100', 'evt.buflen<=5', 'evt.buflen exists', 'evt.buflen!=0',
    // INT16 and UINT32 are cut to their width.
    'evt.cpu=0', 'evt.cpu=65536', 'evt.cpu!=1', 'evt.cpu<1', 'evt.cpu>=1', 'evt.cpu in (0, 1)', 'evt.cpu exists', 'evt.count=4294967297', 'evt.count.error=1', 'evt.count.error exists', 'evt.count.exit exists', 'user.uid=0', 'user.uid!=0', 'user.uid>=33', 'user.uid in (0, 33)',
    // INT64.
    'proc.ppid=1', 'proc.pid>300', 'proc.pid in (1, 200)', 'evt.rawres=-2', 'evt.rawres<0', 'evt.rawres>=0', 'evt.rawres!=0', 'evt.rawres in (0, 3, -2)', 'evt.rawres exists', 'evt.rawres<=-9223372036854775809', 'fd.num=3', 'fd.num>3', 'fd.num in (3, 4, 5)', 'fd.num!=-1', 'fd.num exists', 'thread.tid>200',
    // Times.
    'evt.latency>1000', 'evt.latency=0', 'evt.latency<=500000', 'evt.latency.ns>100', 'evt.latency exists', 'evt.reltime>1000000', 'evt.reltime.s=0', 'evt.reltime.s>=1', 'evt.reltime.ns<500000000', 'evt.deltatime>1000000', 'evt.deltatime.ns<1000', 'evt.rawtime>1700000001000000000', 'evt.rawtime<=1700000001205077000', 'evt.rawtime=1700000001205077000', 'evt.rawtime!=1700000001205077000',
    'evt.rawtime.s=1700000001', 'evt.rawtime.ns<500000000', 'evt.time contains 22', 'evt.time.s exists', 'evt.datetime startswith 2023', 'evt.around[1700000001000000000]=500', 'evt.around[1700000000000000000]=0', 'evt.around[1700000002955153000]=1', 'evt.around[0]=1',
    // BOOL.
    'evt.failed=true', 'evt.failed=false', 'evt.failed!=true', 'evt.failed<true', 'evt.failed<=false', 'evt.failed>=true', 'evt.failed in (true)', 'evt.failed in (true, false)', 'evt.failed exists', 'evt.is_io=true', 'evt.is_io_read=true', 'evt.is_io_write!=true', 'evt.is_open_read=true', 'fd.connected=true', 'thread.ismain=true',
    // Texts.
    'proc.name=web', 'proc.name!=web', 'proc.name<db', 'proc.name<=db', 'proc.name>db', 'proc.name>=db', 'proc.name contains e', 'proc.name contains ""', 'proc.name icontains E', 'proc.name startswith we', 'proc.name endswith t', 'proc.name glob w*', 'proc.name glob "?[a-e]*"', 'proc.name glob "[!a-m]*"', 'proc.name glob "*[[:alpha:]]t"', 'proc.name glob "w\\eb"',
    'proc.name in (web, db)', 'proc.name in ("web" , \'db\')', 'proc.name in ()', 'proc.name pmatch (web)', 'proc.name exists', 'proc.name=""', 'proc.cmdline icontains PORT', 'proc.args=""', 'proc.args contains -', 'proc.exeline contains -', 'user.name=root', 'user.name!=root', 'user.shell endswith sh', 'group.name in (root, www-data)', 'container.name icontains WEB', 'container.image exists',
    // Ancestors.
    'proc.aname=web', 'proc.aname!=web', 'proc.aname[1]=web', 'proc.aname[2] exists', 'proc.aname contains e', 'proc.aname in (web, x)', 'proc.aname exists', 'proc.aname[-1]=web', 'proc.apid=1', 'proc.apid!=1', 'proc.apid>1', 'proc.apid[1]=1',
    // Descriptors.
    'fd.type=file', 'fd.type in (ipv4, ipv6)', 'fd.type!=file', 'fd.typechar=f', 'fd.name contains /', 'fd.name startswith /', 'fd.name endswith .html', 'fd.name glob "*:5432"', 'fd.name pmatch (/srv)', 'fd.name pmatch (srv)', 'fd.name pmatch (/srv/ww)', 'fd.name pmatch (/srv//www/, /etc)', 'fd.name pmatch (/)', 'fd.name pmatch ("")', 'fd.name exists', 'fd.name=""', 'fd.filename contains a',
    'fd.l4proto=tcp', 'fd.l4proto in (tcp, udp)', 'fd.sockfamily=ip', 'fd.cip.name!=nosuch.invalid',
    // Addresses, networks, ports: either end, and the one that is named.
    'fd.ip=172.20.0.2', 'fd.ip!=172.20.0.2', 'fd.ip in (172.20.0.4, 1.2.3.4)', 'fd.cip=172.20.0.4', 'fd.cip!=172.20.0.4', 'fd.cip<172.20.0.4', 'fd.cip<=172.20.0.4', 'fd.cip>172.20.0.2', 'fd.cip>=9.9.9.9', 'fd.cip exists', 'fd.sip in (172.20.0.2, 172.20.0.9)', 'fd.lip exists', 'fd.rip!=127.0.0.1', 'fd.net=172.20.0.0/16', 'fd.net!=172.20.0.0/30', 'fd.net in (10.0.0.0/8, 172.20.0.4/32)',
    'fd.net=172.20.0.0/+29', 'fd.net=1.2.3.4/0', 'fd.cnet=172.20.0.4/31', 'fd.snet!=172.20.0.2/31', 'fd.lnet=0.0.0.0/0', 'fd.rnet in (172.20.0.0/30, 192.168.0.0/16)', 'fd.port=8080', 'fd.port!=8080', 'fd.port<8080', 'fd.port<=5432', 'fd.port>8080', 'fd.port>=5432', 'fd.port in (80, http-alt)', 'fd.port=73616', 'fd.port=postgresql', 'fd.port=""', 'fd.sport=http-alt', 'fd.sport!=8080', 'fd.cport>1024', 'fd.lport exists',
    'fd.proto=http-alt', 'fd.proto!=8080', 'fd.lproto!=80', 'fd.sproto=8080',
    // What events are.
    'evt.type=read', 'evt.type!=read', 'evt.type in (open, openat, close)', 'evt.type contains open', 'evt.type startswith open', 'evt.type endswith open', 'evt.type<open', 'evt.type pmatch (read)', 'evt.type exists', 'syscall.type=read', 'syscall.type!=read', 'syscall.type=nosuch', 'evt.type.is.read=1', 'evt.type.is.read=0', 'evt.dir=>', 'evt.dir=<', 'evt.dir = <', 'evt.dir!=<', 'evt.dir in (">", "<")',
    'evt.category=file', 'evt.category in (net, ipc)', 'evt.category!=process', 'evt.io_dir=read', 'evt.io_dir exists', 'evt.res=SUCCESS', 'evt.res!=SUCCESS', 'evt.res in (ENOENT, EAGAIN)', 'evt.res startswith E', 'evt.args contains res', 'evt.info contains fd',
    // Parameters.
    'evt.arg.fd contains 3', 'evt.arg.name startswith /', 'evt.arg.name exists', 'evt.arg.flags contains O_RDONLY', 'evt.arg.res=0', 'evt.arg.res in (ENOENT, 0)', 'evt.arg[0] exists', 'evt.arg[40] exists', 'evt.rawarg.res<0', 'evt.rawarg.fd=3', 'evt.rawarg.fd>3', 'evt.rawarg.fd!=3', 'evt.rawarg.fd=4294967299', 'evt.rawarg.fd exists', 'evt.rawarg.name contains /', 'evt.rawarg.size>100',
    'evt.rawarg.domain=2', 'evt.rawarg.mode>0', 'evt.rawarg.vm_size>1000', 'evt.rawarg.data exists', 'evt.rawarg.tuple exists',
    // Buffers.
    'evt.buffer exists', 'evt.buffer contains GET', 'evt.buffer contains "\\x0d\\x0a"', 'evt.buffer contains \\x00', 'evt.buffer contains ""', 'evt.buffer startswith GET', 'evt.buffer endswith \\x0a', 'evt.buffer=hello', 'evt.buffer!=hello', 'evt.buffer in (hello, bye)',
    // Together.
    'evt.num<40 and proc.name exists', 'evt.num<40 or evt.num>60', 'not evt.num<40', 'not (evt.num<40 or evt.num>60)', '(evt.num<40)and(not evt.num<20)', 'evt.num<100 and (evt.type=read or evt.type=write) and evt.dir=<', '((evt.num<40))', 'not(evt.num<40)', 'notevt.num<40', 'n o t evt.num<40', 'evt.num in (20)or evt.num=30', 'proc.name existsand evt.num<40', 'not proc.name=web and not evt.num>500 and evt.dir=<',
    'not evt.buflen>0', 'not fd.cip=172.20.0.4', 'evt.type=read and evt.deltatime>100000',
    // Quotes, escapes, values at the edge.
    'proc.name=', 'proc.name != ', 'proc.name contains ', '(proc.name=)', 'not (proc.name=) and evt.num<50', 'proc.name="web\'', 'proc.name=\'web"', 'proc.name="w\\x65b"', 'proc.name=w\\x65b', 'proc.name!="w\\\\b"', 'proc.name=web\\', 'proc.name!=w"b', 'proc.name=a,b', 'proc.name!=a=b', 'proc.name in (web,)', 'proc.name in (,web)', 'proc.name in (web,,db)', 'proc.name containswe', 'evt.num\t<\n40',
    // What neither takes.
    'evt.num contains 2', 'evt.num glob 2*', 'evt.num pmatch (2)', 'evt.failed contains t', 'evt.failed=yes', 'evt.failed=1', 'evt.num=x', 'evt.num=2x', 'evt.num=""', 'evt.num in ()', 'fd.ip>127.0.0.1', 'fd.cip contains 10.0.0.9', 'fd.ip=127.0.0.01', 'fd.ip=x', 'fd.ip=', 'fd.net=10.0.0.0/33', 'fd.net=10.0.0.0/', 'fd.net=10.0.0.0', 'fd.net>10.0.0.0/8', 'fd.cnet contains 10.0.0.0/8', 'fd.port=nosuch', 'fd.port=-1', 'fd.port=99999999999',
    'fd.port contains 8', 'evt.type=nosuch', 'evt.type in (open, nosuch)', 'evt.type=""', 'evt.type=NA', 'evt.type.is.nosuch=1', 'evt.type.is=1', 'evt.arg.nosuch=1', 'evt.arg=1', 'evt.rawarg.nosuch=1', 'evt.rawarg[0]=1', 'evt.rawarg=1', 'evt.rawarg.flags=x', 'evt.around=1000', 'evt.around[5]>3', 'evt.buffer<a', 'evt.buffer icontains get', 'evt.buffer glob *', 'evt.buffer pmatch (/)', 'evt.num<40 and', 'and evt.num<40',
    'evt.num<40 or or evt.num<20', '(evt.num<40', 'evt.num<40)', '()', 'evt.num', 'nosuch.field=1', 'proc.nam=x', 'proc.name[1]=x', 'proc.aname[x]=y', 'proc.aname[1=y', 'evt.num ~ 3', 'proc.name="x', 'proc.name="\\xZZ"', 'proc.name in x', 'proc.name in', 'proc.name in (a', 'proc.name in (a b)', 'proc.name in ((a))', 'proc.name=a b', 'proc.name=(a)', 'evt.num<40 evt.num<50', 'some_macro', 'proc.name=a AND proc.name=b',
  ],
  // What follows number 360 are tracers, which are compared elsewhere.
  [LIFE]: [
    'proc.pid=200', 'user.loginuid>0 and evt.num<360', 'proc.tty!=0', 'evt.wait_latency>0', 'evt.is_wait=true', 'evt.is_syslog=true', 'thread.ismain=false', 'container.privileged=true', 'proc.name in (bash, grep) and evt.num<360', 'proc.env contains PATH and evt.num<360', 'proc.cwd pmatch (/srv, /root)', 'proc.fdlimit=1024', 'proc.vmsize>0 and evt.num<360', 'proc.sid>0 and evt.num<360', 'thread.exectime>0', 'thread.cgroups contains docker', 'thread.pfmajor>0 and evt.num<360', 'user.name in (root, www-data)',
    'container.id=host and evt.num<360', 'fd.directory=/etc', 'fd.port=80', 'fd.port in (80, 443, domain)', 'fd.rport in (80, 443)', 'fdlist.names exists', 'fdlist.cips exists', 'fdlist.nums contains 3', 'evt.rawarg.res=-2', 'evt.rawarg.uid=0', 'evt.arg[0]=3 and evt.num<360', 'evt.buffer=hello', 'syslog.severity=4', 'syslog.facility>1', 'syslog.message contains a', 'fd.ip=2001:db8::5', 'fd.cip!=2001:db8::5', 'fd.ip in (2001:DB8:0:0:0:0:0:5, 1.2.3.4)',
  ],
  [EVENTS]: ['evt.rawres<=-9223372036854775809', 'evt.type!=<unknown> and evt.num<890', 'evt.rawarg.size=18446744073709551615', 'evt.rawarg.size>9223372036854775807', 'evt.rawarg.timeout=0', 'proc.name glob "*[[:digit:]]"'],
  [IPV6]: ['fd.type=ipv6', 'fd.ip!=1.2.3.4', 'fd.cip exists', 'fd.cip!=::1', 'fd.net=::1', 'fd.net!=::1', 'fd.port>0', 'fd.cip<::2'],
  [REAL]: [
    'proc.name=apache2', 'proc.name startswith s', 'proc.name glob "a*[0-9]"', 'proc.name icontains PACHE', 'proc.aname=apache2', 'proc.apid>1', 'fd.name pmatch (/etc, /usr/lib)', 'fd.name glob "/usr/*.so*"', 'fd.directory pmatch (/usr)', 'fd.ip=127.0.0.1', 'fd.ip in (127.0.0.1, 10.0.2.15)', 'fd.cip<127.0.0.2', 'fd.net=127.0.0.0/+8', 'fd.net in (10.0.0.0/8, 127.0.0.0/8)', 'fd.port!=80', 'fd.rip.name=localhost', 'fd.cip.name in (localhost)',
    'fdlist.sports contains 80', 'evt.type in (switch, procexit)', 'evt.buffer contains HTTP\\x2f1', 'evt.rawarg.domain=258', 'container.image.tag=latest', 'evt.around[1676893000000000000]=100', 'evt.latency>100000 and evt.dir=<', 'not (fd.type=ipv4 or fd.type=file) and fd.name exists',
  ],
};
for (const [capture, filters] of Object.entries(SAME)) for (const filter of filters) run(capture, filter);

/** Filters of the newer language, and what says the same in the older one. */
const EQUIVALENT: readonly (readonly [filter: string, older: string])[] = [
  ['evt.type=open or evt.type=read and proc.name=web', 'evt.type=open or (evt.type=read and proc.name=web)'], ['proc.name=web and evt.type=read or evt.num<30', '(proc.name=web and evt.type=read) or evt.num<30'], ['not proc.name=web and evt.num<90 or evt.num=99', '((not proc.name=web) and evt.num<90) or evt.num=99'],
  ['proc.name regex w.*', 'proc.name startswith w'], ['proc.name regex "(web|db)"', 'proc.name in (web, db)'], ['fd.name regex "/srv/.*\\.html"', 'fd.name startswith /srv/ and fd.name endswith .html'], ['proc.name regex w', 'proc.name=w'], ['proc.name iglob W?B', 'proc.name=web'], ['proc.name intersects (web, db)', 'proc.name in (web, db)'], ['proc.aname intersects (web)', 'proc.aname=web'],
  ['tolower(container.name) = sample-web', 'container.name=sample-web'], ['toupper(proc.name) in (WEB, DB)', 'proc.name in (web, db)'], ['basename(fd.name) = index.html', 'fd.name endswith /index.html'], ['len(proc.name) = 2', 'proc.name=db'], ['len(proc.name) > 2', 'proc.name exists and not proc.name=db'], ['concat(proc.name, "-", evt.type) = web-read', 'proc.name=web and evt.type=read'], ['join("/", (proc.name, evt.dir)) = "web/<"', 'proc.name=web and evt.dir=<'],
  ['proc.name contains anyof (we, li)', 'proc.name contains we or proc.name contains li'], ['proc.name contains allof (e, b)', 'proc.name contains e and proc.name contains b'], ['proc.name contains oneof (e, b)', '(proc.name contains e and not proc.name contains b) or (proc.name contains b and not proc.name contains e)'], ['proc.name != allof (web, db)', 'proc.name exists and not proc.name in (web, db)'],
  ['evt.buffer bcontains 474554', 'evt.buffer contains GET'], ['evt.buffer bstartswith 47', 'evt.buffer startswith G'], ['proc.pid = val(thread.tid)', 'thread.ismain=true'], ['evt.type = val(syscall.type)', 'syscall.type exists'], ['fd.sip = val(fd.cip)', 'evt.num<0'], ['evt.type.is.read = val(evt.count)', 'evt.type=read'], ['evt.rawres=0x0', 'evt.rawres=0'], ['evt.type glob open*', 'evt.type startswith open'], ['fd.ip exists', 'fd.type in (ipv4, ipv6)'],
  ['evt.type == read', 'evt.type=read'], ['evt.buffer contains "\\n"', 'evt.buffer contains \\x0a'], ['not not evt.num<40', 'evt.num<40'], ['fd.port intersects (8080)', 'fd.port=8080'], ['fd.net=172.20.0.0/16 or fd.net=2001:db8::/32', 'fd.net=172.20.0.0/16'], ['proc.fdusage>=0', 'proc.fdusage exists'], ['evt.rawarg.data contains GET', 'evt.buffer contains GET'],
];
for (const [filter, older] of EQUIVALENT) run(SHOP, filter, older);

/** What differs on purpose. */
const DIFFERENT: readonly (readonly [capture: string, filter: string, difference: KnownDifference])[] = [
  [SHOP, 'evt.type=open or evt.type=read and proc.name=web', NEWER_LANGUAGE], [SHOP, 'proc.name regex w.*', NEWER_LANGUAGE], [SHOP, 'tolower(proc.name)=web', NEWER_LANGUAGE], [SHOP, 'proc.name in val(proc.aname)', NEWER_LANGUAGE], [SHOP, 'evt.type contains ope', NEWER_LANGUAGE], [SHOP, 'evt.num<0x20', NEWER_LANGUAGE], [SHOP, 'not not evt.num<40', DOUBLE_NOT], [SHOP, 'evt.num<40 not evt.num<20', LOOSE_NOT],
  [SHOP, 'proc.name==web', EQUAL_SIGNS], [SHOP, 'evt.buffer contains "\\r\\n"', QUOTED_ESCAPES], [SHOP, 'fd.net=::1', ADDRESS_FAMILIES], [SHOP, 'proc.apid in (1, 100)', APID_IN], [SHOP, 'evt.rawarg.res in (-2, 0)', RAW_IN], [EVENTS, 'evt.buffer startswith \\x00', SHORT_BUFFERS], [SHOP, 'evt.rawarg.addr>1', RAW_ADDRESSES],
];
for (const [capture, filter, difference] of DIFFERENT) run(capture, filter, filter, [difference]);

toldDifferences(['newer-language', 'double-not', 'not-without-and', 'two-equal-signs', 'escapes-in-quotes', 'address-families', 'ancestors-in', 'bare-values-in', 'short-buffers', 'order-of-bare-addresses']);
