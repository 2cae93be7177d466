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

// Gives a free place to the pair whose number this is. False where somebody else got it.
static __always_inline bool take_place(u32 place, u64 owner) {
  u8 yes = 1;
  if (bpf_map_update_elem(&claims, &place, &yes, BPF_NOEXIST) < 0) return false;
  asm volatile("" : "+r"(place));
  owners[place & (COUNTER_PLACES - 1)] = owner;
  return true;
}

// The place of a pair, or NO_PLACE.
static __always_inline u32 place_of(u64 group, u32 call) {
  u64 owner = group << 17 | PLACE_TAKEN | call;
  if (RARE(group >> 47)) return NO_PLACE;
  u64 hash = (owner ^ owner >> 16) * 2654435761u >> 12;
  for (u32 i = 0; i < 2; i++) {
    u64 place = (hash + i) & (COUNTER_PLACES - 1);
    u64 found = owners[place];
    if (found == owner || (RARE(found == 0) && take_place(place, owner))) return place;
  }
  return NO_PLACE;
}

static __always_inline struct count *counter_of(u64 group, u32 call) {
  struct count_key key = { .group = group, .call = call };
  u32 place = place_of(group, call);
  struct count *count = place == NO_PLACE ? NULL : bpf_map_lookup_elem(&places, &place);
  if (!RARE(!count)) return count;
  count = bpf_map_lookup_elem(&counters, &key);
  if (count) return count;
  bpf_map_update_elem(&counters, &key, no_count, BPF_NOEXIST);
  return bpf_map_lookup_elem(&counters, &key);
}

// `ns`: how long the call took; all ones: not known.
static __always_inline void add_to(struct count *count, u32 wanted, s64 ret, u64 ns) {
  if (RARE(ns == (u64)-1)) count->untimed++;
  else {
    u32 bucket = log2_of(ns);
    bucket = bucket < COUNTER_FIRST_BIT ? 0 : bucket - COUNTER_FIRST_BIT;
    if (bucket >= COUNTER_BUCKETS) bucket = COUNTER_BUCKETS - 1;
    asm volatile("" : "+r"(bucket));
    count->lengths[bucket & (COUNTER_BUCKETS - 1)]++;
    count->ns += ns;
  }
  if (RARE(wanted & CALL_LEFT_OUT)) count->left_out++;
  if (ret < 0 && ret >= -4095) count->errors++;
  else if ((wanted & CALL_BYTES) && ret > 0) count->bytes += ret;
}

// Counts a call that has ended. 1 where it was counted. No static function, so that it is verified by itself.
SEPARATE int count_call(u64 group, u32 call, u32 wanted, s64 ret, u64 ns) {
  struct count *count = counter_of(group, call);
  if (RARE(!count)) { lost(LOSS_TOO_MANY_COUNTERS); return 0; }
  add_to(count, wanted, ret, ns);
  return 1;
}
