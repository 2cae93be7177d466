// Adds openHostCounters() to the addon.
#pragma once
#include <napi.h>

namespace porthole {
void defineHost(Napi::Env env, Napi::Object exports);
}
