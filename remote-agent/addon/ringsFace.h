// Adds openRings() to the addon.
#pragma once
#include <napi.h>

namespace porthole {
void defineRings(Napi::Env env, Napi::Object exports);
}
