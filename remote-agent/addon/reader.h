// Reads the lanes that the kernel side fills, in a thread of its own, and gives their records away in batches, in the order in which they were made.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "loader.h"
#include "lane.h"

namespace porthole {

/** A fixed set of buffers go round: filled by the reader's thread, given back by whoever consumed them. When none is free the reader waits, and the kernel counts what no longer fits. */
class Reader {
 public:
  struct Slot { uint8_t* data; size_t capacity; size_t used; bool busy; };

  /** `deliver` is called on the reader's thread with the index of a filled slot; it must not block. `slots` must outlive the reader. Throws std::runtime_error. */
  Reader(const probe_lanes& ring, std::vector<Slot>& slots, std::function<bool(size_t)> deliver);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /** Adds to a batch what comes from elsewhere, each record in its place; gives the batch's size. `until`: time since boot, ns, up to which the
   * batch holds all that there was; 0: up to its last record. */
  using Merge = std::function<size_t(uint8_t* batch, size_t used, size_t capacity, uint64_t until, uint64_t* records)>;
  void setMerge(Merge merge) { merge_ = std::move(merge); }

  void start();
  void stop();
  /** A slot has been consumed. */
  void release(size_t slot);
  /** True: leave everything in the ring, until called with false. */
  void hold(bool on);

  uint64_t records() const { return records_; }
  uint64_t bytes() const { return bytes_; }
  uint64_t batches() const { return batches_; }
  size_t queued();
  /** Bytes in the ring that have not been read. */
  uint64_t waiting() const;
  /** How many it can hold. */
  uint64_t capacity() const { return uint64_t{ring_.areas} * AREA_BYTES; }

 private:
  // How far one CPU's lane has been read; positions are bytes since the beginning.
  struct Lane {
    const lane* shared = nullptr;
    const area* at = nullptr;  // the area being read; null: none so far
    uint64_t read = 0;
    uint64_t ready = 0;    // as far as there are whole records
    uint64_t settled = 0;  // as far as they may be given away: no CPU makes an older record any more
    uint64_t seen = 0;     // as far as records have been there for a while
    uint64_t pending = 0;  // as far as there were whole records when that was asked last
    uint64_t time = 0;     // of the record at `read`
  };
  void run();
  size_t drain(Slot& slot);
  bool look(Lane& it);
  size_t copy(Lane& it, uint8_t* to, size_t room, uint64_t end, uint64_t until, uint64_t* records);
  void settle();
  void unmap();
  void wait(int ms);
  int freeSlot();

  const probe_lanes ring_;
  const size_t page_;
  std::vector<Slot>& slots_;
  std::function<bool(size_t)> deliver_;
  Merge merge_;
  int epoll_ = -1;
  int wake_ = -1;
  uint8_t* lanesMapped_ = nullptr;
  uint8_t* areas_ = nullptr;
  uint64_t* wakesRead_ = nullptr;
  const uint64_t* wakesWritten_ = nullptr;
  std::vector<Lane> lanes_;
  std::vector<Lane*> heap_;
  int64_t pendingSince_ = 0;
  uint64_t settledUntil_ = 0, seenUntil_ = 0, pendingUntil_ = 0;  // boot time: what was made until then is in the positions of the same name
  std::atomic<uint64_t> consumed_{0};
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool held_ = false;
  std::atomic<uint64_t> records_{0}, bytes_{0}, batches_{0};
};

}  // namespace porthole
