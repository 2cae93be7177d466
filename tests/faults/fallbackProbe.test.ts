// Losses, calls under way, pauses, the end: with the probe as older kernels take it.
import './fallbackForced.ts';
import '../../driver/test/probe.test.ts';
