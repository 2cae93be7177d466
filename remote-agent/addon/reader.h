// Reads the kernel's ring buffer in a thread of its own and gives its bytes away in batches.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace porthole {

/** A fixed set of buffers go round: filled by the reader's thread, given back by whoever consumed them. When none is free the reader waits, and the kernel counts what no longer fits. */
class Reader {
 public:
  struct Slot { uint8_t* data; size_t capacity; size_t used; bool busy; };

  /** `deliver` is called on the reader's thread with the index of a filled slot; it must not block. `slots` must outlive the reader. Throws std::runtime_error. */
  Reader(int ringFd, uint64_t ringBytes, std::vector<Slot>& slots, std::function<bool(size_t)> deliver);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

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

 private:
  void run();
  size_t drain(Slot& slot);
  int freeSlot();

  const uint64_t ringBytes_;
  const size_t page_;
  std::vector<Slot>& slots_;
  std::function<bool(size_t)> deliver_;
  int epoll_ = -1;
  int wake_ = -1;
  uint8_t* consumer_ = nullptr;
  uint8_t* producer_ = nullptr;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool held_ = false;
  std::atomic<uint64_t> records_{0}, bytes_{0}, batches_{0};
};

}  // namespace porthole
