// Counters of calls, with the probe as older kernels take it.
import './fallbackForced.ts';
import '../../driver/test/counters.test.ts';
