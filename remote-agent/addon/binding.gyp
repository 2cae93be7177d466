# Builds porthole.node. The eBPF objects inside are compiled before, by build.mjs, into ../../.build/probe.
{
  "targets": [
    {
      "target_name": "porthole",
      "sources": ["addon.cc", "profile.cc", "reader.cc", "loader.c", "loaderParts.c", "helper.c", "profileMaps.c", "ringsFace.cc", "rings.c", "hostFace.cc", "host.c", "hostEvents.c", "older.c", "snapshotFace.cc", "snapshot.c"],
      "include_dirs": ["<!@(node -p \"require('node-addon-api').include_dir\")", "../../.build/probe", "../../driver/bpf"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS"],
      "cflags": ["-O2", "-Wall", "-fvisibility=hidden"],
      "cflags_cc": ["-std=c++17", "-fexceptions"],
      "cflags_cc!": ["-fno-exceptions", "-std=gnu++17", "-std=gnu++20"],
      "libraries": ["-pthread"]
    }
  ]
}
