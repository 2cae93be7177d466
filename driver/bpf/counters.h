// Counters by control group and call: kept here, read when somebody looks, without any event.
#pragma once
#include "record.h"

#define MAX_COUNTERS 16384
#define COUNTER_PLACES 1024  // a power of two
#define PLACE_TAKEN (1 << 16)
#define COUNT_NARROW 0x8000  // in a key's call: of a 32-bit program that 64-bit programs do not have (the number is its own)

struct count_key { u64 group; u64 call; };

// The layout is that of COUNTER in driver/schema/record.ts.
struct count { u64 left_out, errors, bytes, ns, untimed, lengths[COUNTER_BUCKETS]; };

// One of each per CPU, so that nobody waits for anybody and nothing is counted twice or not at all. The first pairs of group and call that are
// seen have places of their own, found without a look-up in a hash table, which would cost more than all else about counting.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, COUNTER_PLACES);
  __type(key, u32);
  __type(value, struct count);
} places SEC(".maps");

// Whose a place is: group << 17 | PLACE_TAKEN | call, 0 where it is nobody's. Taken by whoever comes first, given back by the loader.
__u64 owners[COUNTER_PLACES];

// Who may take a place: of two CPUs that want it at once, one can add its entry here.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, COUNTER_PLACES);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, u32);
  __type(value, u8);
} claims SEC(".maps");

// The rest.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, MAX_COUNTERS);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct count_key);
  __type(value, struct count);
} counters SEC(".maps");

__u64 no_count[sizeof(struct count) / 8];

// Index of the highest bit that is set; 0 for 0.
static __always_inline u32 log2_of(u64 n) {
  u32 bits = 0;
  if (n >> 32) { bits = 32; n >>= 32; }
  if (n >> 16) { bits += 16; n >>= 16; }
  if (n >> 8) { bits += 8; n >>= 8; }
  if (n >> 4) { bits += 4; n >>= 4; }
  if (n >> 2) { bits += 2; n >>= 2; }
  return bits + (n >> 1);
}

static __always_inline struct count *place_of(u64 owner) {
  u32 hash = (u32)((owner ^ owner >> 16) * 2654435761u >> 12);
  for (u32 i = 0; i < 2; i++) {
    u32 place = (hash + i) & (COUNTER_PLACES - 1), key = place;
    u64 found = owners[place];
    if (found == 0) {
      u8 yes = 1;
      if (bpf_map_update_elem(&claims, &key, &yes, BPF_NOEXIST) < 0) continue;
      asm volatile("" : "+r"(place));
      owners[place & (COUNTER_PLACES - 1)] = found = owner;
    }
    if (found == owner) return bpf_map_lookup_elem(&places, &key);
  }
  return NULL;
}

static __always_inline struct count *counter_of(u64 group, u32 call) {
  struct count_key key = { .group = group, .call = call };
  struct count *count = group >> 47 == 0 ? place_of(group << 17 | PLACE_TAKEN | call) : NULL;
  if (count) return count;
  count = bpf_map_lookup_elem(&counters, &key);
  if (count) return count;
  bpf_map_update_elem(&counters, &key, no_count, BPF_NOEXIST);
  return bpf_map_lookup_elem(&counters, &key);
}

// Counts a call that has ended. `ns`: how long it took; all ones: not known. 1 where it was counted. No static function, so that it
// is verified by itself.
__noinline int count_call(u64 group, u32 call, u32 wanted, s64 ret, u64 ns) {
  struct count *count = counter_of(group, call);
  if (!count) { lost(LOSS_TOO_MANY_COUNTERS); return 0; }
  if (ns == (u64)-1) count->untimed++;
  else {
    u32 bucket = log2_of(ns);
    bucket = bucket < COUNTER_FIRST_BIT ? 0 : bucket - COUNTER_FIRST_BIT;
    if (bucket >= COUNTER_BUCKETS) bucket = COUNTER_BUCKETS - 1;
    asm volatile("" : "+r"(bucket));
    count->lengths[bucket & (COUNTER_BUCKETS - 1)]++;
    count->ns += ns;
  }
  if (wanted & CALL_LEFT_OUT) count->left_out++;
  if (ret < 0 && ret >= -4095) count->errors++;
  else if ((wanted & CALL_BYTES) && ret > 0) count->bytes += ret;
  return 1;
}
