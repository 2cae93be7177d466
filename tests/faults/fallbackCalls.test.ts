// Every call that can be made here, with the probe as older kernels take it.
import './fallbackForced.ts';
import '../../driver/test/calls.test.ts';
