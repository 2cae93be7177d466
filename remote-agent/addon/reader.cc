// The lanes' protocol: driver/bpf/lane.h. Each CPU writes its records in the order of their times; here they become one sequence again.
//
// A record has the time at which its call ended, and is whole a little later. So what is found is given away only when some time has gone by since
// it was found (kSettle): by then every CPU has put down what it was making, and nothing older can come. Only a CPU that stood still for longer
// within a call's end, which hypervisors can bring about, is late: its record is then given away at once, behind younger ones.
#include "reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "event_table.gen.h"

namespace porthole {

namespace {
// How long the reader lets records gather, ms. The kernel side wakes it before when much waits. A wake-up costs some 50 us of a processor, so that those of
// a host that does little are few; and whoever takes the records in does so with fewer caches to fill when there are more of them at once (docs/measuring.md).
constexpr int kBusyWait = 20;
constexpr int kIdleWait = 10;
constexpr int kQuietWait = 40;
constexpr int kIdleRounds = 20, kQuietRounds = 60;
constexpr size_t kLittle = 16 * 1024;  // bytes in a round, below which the host does little
constexpr int64_t kSettle = 1'000'000;
constexpr int kSettleWait = 2;
constexpr size_t kLead = 1024;  // bytes that are fetched ahead

// Whether what one processor writes is seen by others in the same order. Else nothing is looked at before it has been there for kSettle.
#if defined(__x86_64__)
constexpr bool kInOrder = true;
#else
constexpr bool kInOrder = false;
#endif

uint64_t load(const __u64& at) { return __atomic_load_n(&at, __ATOMIC_ACQUIRE); }

int64_t now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * int64_t{1'000'000'000} + t.tv_nsec;
}

uint64_t timeOf(const uint8_t* framed) {
  uint64_t time;
  std::memcpy(&time, framed + RING_HEADER_BYTES + RECORD_EVENT + EVENT_TS, sizeof time);
  return time;
}

// With its header, and up to the next.
uint64_t sizeOf(const uint8_t* framed) {
  uint32_t size;
  std::memcpy(&size, framed, sizeof size);
  return (uint64_t{size} + RING_HEADER_BYTES + 7) & ~uint64_t{7};
}

uint64_t bootNs() {
  timespec t{};
  clock_gettime(CLOCK_BOOTTIME, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1000000000 + static_cast<uint64_t>(t.tv_nsec);
}

[[noreturn]] void fail(const char* step) { throw std::runtime_error(std::string(step) + ": " + std::strerror(errno)); }

uint8_t* map(int fd, size_t bytes, int rights, off_t offset) {
  void* mapped = mmap(nullptr, bytes, rights, MAP_SHARED, fd, offset);
  return mapped == MAP_FAILED ? nullptr : static_cast<uint8_t*>(mapped);
}
}  // namespace

Reader::Reader(const probe_lanes& ring, std::vector<Slot>& slots, std::function<bool(size_t)> deliver)
    : ring_(ring), page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))), slots_(slots), deliver_(std::move(deliver)), lanes_(static_cast<size_t>(ring.lanes)) {
  lanesMapped_ = map(ring_.lanes_fd, lanes_.size() * LANE_STRIDE, PROT_READ, 0);
  areas_ = map(ring_.areas_fd, size_t{ring_.areas} * sizeof(area), PROT_READ, 0);
  wakesRead_ = reinterpret_cast<uint64_t*>(map(ring_.wakes_fd, page_, PROT_READ | PROT_WRITE, 0));
  wakesWritten_ = reinterpret_cast<uint64_t*>(map(ring_.wakes_fd, page_, PROT_READ, static_cast<off_t>(page_)));
  if (lanesMapped_ == nullptr || areas_ == nullptr || wakesRead_ == nullptr || wakesWritten_ == nullptr) {
    const int why = errno;
    unmap();
    errno = why;
    fail("map the ring buffer");
  }
  for (size_t i = 0; i < lanes_.size(); i++) lanes_[i].shared = reinterpret_cast<const lane*>(lanesMapped_ + i * LANE_STRIDE);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  // Edge-triggered: it returns each time that the kernel side asks for it.
  epoll_event asked{};
  asked.events = EPOLLIN | EPOLLET;
  epoll_event wake{};
  wake.events = EPOLLIN | EPOLLET;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, ring_.wakes_fd, &asked);
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &wake);
}

Reader::~Reader() {
  stop();
  if (epoll_ >= 0) close(epoll_);
  if (wake_ >= 0) close(wake_);
  unmap();
}

void Reader::unmap() {
  if (lanesMapped_ != nullptr) munmap(lanesMapped_, lanes_.size() * LANE_STRIDE);
  if (areas_ != nullptr) munmap(areas_, size_t{ring_.areas} * sizeof(area));
  if (wakesRead_ != nullptr) munmap(wakesRead_, page_);
  if (wakesWritten_ != nullptr) munmap(const_cast<uint64_t*>(wakesWritten_), page_);
}

void Reader::start() { thread_ = std::thread([this] { run(); }); }

void Reader::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  const uint64_t one = 1;
  if (wake_ >= 0 && write(wake_, &one, sizeof one) < 0) { /* it is counting already */ }
  if (thread_.joinable()) thread_.join();
}

void Reader::hold(bool on) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    held_ = on;
  }
  changed_.notify_all();
}

void Reader::release(size_t slot) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    slots_[slot].busy = false;
  }
  changed_.notify_all();
}

size_t Reader::queued() {
  std::lock_guard<std::mutex> lock(mutex_);
  size_t n = 0;
  for (const Slot& slot : slots_) n += slot.busy ? 1 : 0;
  return n;
}

uint64_t Reader::waiting() const {
  const uint64_t consumed = consumed_;
  uint64_t written = 0;
  for (const Lane& it : lanes_) written += load(it.shared->written);
  return written - consumed;
}

// Waits until a slot is free and nobody holds the reader; -1 when it is to end.
int Reader::freeSlot() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    if (stopping_) return -1;
    if (!held_)
      for (size_t i = 0; i < slots_.size(); i++)
        if (!slots_[i].busy) { slots_[i].busy = true; return static_cast<int>(i); }
    changed_.wait(lock);
  }
}

// Goes to the next area where this one is read to its end, and learns how far there are whole records and when the next was made. False where there is none.
bool Reader::look(Lane& it) {
  for (;;) {
    const uint64_t written = kInOrder ? load(it.shared->written) : it.seen;
    if (written <= it.read) return false;
    const uint64_t next = it.at == nullptr ? load(it.shared->first) : load(it.at->next);
    if (next == 0) it.ready = written;
    else {
      const area* following = reinterpret_cast<const area*>(areas_ + (next - 1) * sizeof(area));
      if (following->base == it.read) {
        if (it.at != nullptr) probe_ring_return(&ring_, static_cast<uint32_t>((reinterpret_cast<const uint8_t*>(it.at) - areas_) / sizeof(area)));
        it.at = following;
        continue;
      }
      it.ready = std::min<uint64_t>(written, following->base);
    }
    it.time = timeOf(it.at->records + (it.read - it.at->base));
    return true;
  }
}

// Copies records that begin before the position `end` and are not younger than `until`, as far as they go without a look at the next area; gives the
// number of bytes.
size_t Reader::copy(Lane& it, uint8_t* to, size_t room, uint64_t end, uint64_t until, uint64_t* records) {
  const uint8_t* const from = it.at->records + (it.read - it.at->base);
  const size_t most = std::min<uint64_t>(room, std::min(it.ready, end) - it.read);
  size_t n = 0;
  while (n < most) {
    __builtin_prefetch(from + n + kLead);
    if (timeOf(from + n) > until) break;
    const size_t size = sizeOf(from + n);
    if (n + size > room) break;
    n += size;
    ++*records;
  }
  std::memcpy(to, from, n);
  it.read += n;
  return n;
}

// What has been found some time ago is settled now; what is there now will be.
void Reader::settle() {
  const int64_t time = now();
  if (time - pendingSince_ < kSettle) return;
  settledUntil_ = kInOrder ? pendingUntil_ : seenUntil_;
  seenUntil_ = pendingUntil_;
  pendingUntil_ = bootNs();
  for (Lane& it : lanes_) {
    it.settled = kInOrder ? it.pending : it.seen;
    it.seen = it.pending;
    it.pending = load(it.shared->written);
  }
  pendingSince_ = time;
}

// Fills the slot with settled records, and with what else is older than those; gives the number of bytes.
size_t Reader::drain(Slot& slot) {
  const auto younger = [](const Lane* a, const Lane* b) { return a->time > b->time; };
  size_t n = 0, unsettled = 0;
  uint64_t records = 0;
  heap_.clear();
  for (Lane& it : lanes_) {
    if (it.read < it.settled) unsettled++;
    if (look(it)) heap_.push_back(&it);
  }
  std::make_heap(heap_.begin(), heap_.end(), younger);
  while (unsettled > 0 && !heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), younger);
    Lane& it = *heap_.back();
    heap_.pop_back();
    const bool waited = it.read < it.settled;
    // No further than what is settled; what is not goes before younger ones of other lanes that are.
    const size_t copied = copy(it, slot.data + n, slot.capacity - n, waited ? it.settled : UINT64_MAX, heap_.empty() ? UINT64_MAX : heap_.front()->time, &records);
    if (copied == 0) break;  // the slot is full
    n += copied;
    if (waited && it.read >= it.settled) unsettled--;
    if (look(it)) {
      heap_.push_back(&it);
      std::push_heap(heap_.begin(), heap_.end(), younger);
    }
  }
  consumed_ += n;
  if (merge_) n = merge_(slot.data, n, slot.capacity, unsettled > 0 ? 0 : settledUntil_, &records);
  if (n == 0) return 0;
  slot.used = n;
  records_ += records;
  bytes_ += n;
  batches_++;
  return n;
}

void Reader::wait(int ms) {
  epoll_event event;
  epoll_wait(epoll_, &event, 1, ms);
  __atomic_store_n(wakesRead_, __atomic_load_n(wakesWritten_, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
}

void Reader::run() {
  int idle = 0;
  for (int slot = freeSlot(); slot >= 0; slot = freeSlot()) {
    settle();
    const size_t i = static_cast<size_t>(slot), n = drain(slots_[i]);
    if (n == 0) release(i);
    else if (!deliver_(i)) { release(i); return; }
    idle = n < kLittle ? idle + 1 : 0;
    if (n * 2 > slots_[i].capacity) continue;
    const bool found = waiting() > 0;
    wait(idle <= kIdleRounds ? kBusyWait : found ? kSettleWait : idle <= kQuietRounds ? kIdleWait : kQuietWait);
  }
}

}  // namespace porthole
