// Adds openSnapshot() to the addon.
#pragma once
#include <napi.h>

namespace porthole {
void defineSnapshot(Napi::Env env, Napi::Object exports);
}
