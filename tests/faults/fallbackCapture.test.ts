// Parameters of calls in detail, with the probe as older kernels take it.
import './fallbackForced.ts';
import '../../driver/test/capture.test.ts';
