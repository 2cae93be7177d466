// Births, programs, threads and signals, with the probe as older kernels take it.
import './fallbackForced.ts';
import '../../driver/test/process.test.ts';
