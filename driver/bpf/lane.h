// The memory through which records come from the kernel side to the reader; shared by both.
//
// Each CPU has a lane. It fills an area with records in ring framing (driver/schema/record.ts), one behind the other, then takes another from the
// pool of spare ones and links it to the one before. The reader follows the links and puts areas that it is through with back into the pool.
#pragma once
#include <linux/types.h>

#define AREA_BYTES (1 << 17)            // the last record of an area begins within so many
#define AREA_SLACK (0x8000 + 8192 + 8)  // and ends within so many more
#define LANE_STRIDE 8192                // from one lane to the next in their mapping

struct lane {
  __u64 written;  // bytes of all records that are whole, with their headers, since the beginning; published last
  __u64 first;    // the area that was taken first, + 1; 0: none so far
  __u32 area;     // being filled
  __u32 at, end;  // within it: where the next record goes; from where on another area is taken
  __u32 unread;   // put down since the reader was woken last, bytes
};

struct area {
  __u64 next;     // the area that follows, + 1; 0 while this one is being filled
  __u64 base;     // the lane's `written` when it was taken
  __u8 records[AREA_BYTES + AREA_SLACK];
};
