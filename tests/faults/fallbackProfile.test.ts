// What is asked of it, with the probe as older kernels take it.
import './fallbackForced.ts';
import '../../driver/test/profile.test.ts';
