// What is counted and told beside calls, with the programs as older kernels take them.
import './fallbackForced.ts';
import '../../driver/test/block.test.ts';
import '../../driver/test/hostEvents.test.ts';
import '../../driver/test/hostGroups.test.ts';
import '../../driver/test/sched.test.ts';
import '../../driver/test/tcp.test.ts';
