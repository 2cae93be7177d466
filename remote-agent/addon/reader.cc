// The ring buffer's protocol: the kernel's documentation, "BPF ring buffer". Its pages are mapped twice in a row, so a record never breaks.
#include "reader.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux/bpf.h"

namespace porthole {

namespace {
constexpr size_t kHeader = BPF_RINGBUF_HDR_SZ;
// How long the reader lets records gather, ms. The kernel wakes it before when much waits.
constexpr int kBusyWait = 4;
constexpr int kIdleWait = 10;

uint64_t load(const uint8_t* at) { return __atomic_load_n(reinterpret_cast<const uint64_t*>(at), __ATOMIC_ACQUIRE); }

[[noreturn]] void fail(const char* step) { throw std::runtime_error(std::string(step) + ": " + std::strerror(errno)); }
}  // namespace

Reader::Reader(int ringFd, uint64_t ringBytes, std::vector<Slot>& slots, std::function<bool(size_t)> deliver)
    : ringBytes_(ringBytes), page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))), slots_(slots), deliver_(std::move(deliver)) {
  void* consumer = mmap(nullptr, page_, PROT_READ | PROT_WRITE, MAP_SHARED, ringFd, 0);
  if (consumer == MAP_FAILED) fail("map the ring buffer");
  consumer_ = static_cast<uint8_t*>(consumer);
  void* producer = mmap(nullptr, page_ + 2 * ringBytes_, PROT_READ, MAP_SHARED, ringFd, static_cast<off_t>(page_));
  if (producer == MAP_FAILED) { munmap(consumer_, page_); fail("map the ring buffer"); }
  producer_ = static_cast<uint8_t*>(producer);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  // Edge-triggered: it returns when the kernel side asks for it, not for every record.
  epoll_event ring{};
  ring.events = EPOLLIN | EPOLLET;
  epoll_event wake{};
  wake.events = EPOLLIN | EPOLLET;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, ringFd, &ring);
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &wake);
}

Reader::~Reader() {
  stop();
  if (epoll_ >= 0) close(epoll_);
  if (wake_ >= 0) close(wake_);
  if (producer_) munmap(producer_, page_ + 2 * ringBytes_);
  if (consumer_) munmap(consumer_, page_);
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

uint64_t Reader::waiting() const { return load(producer_) - load(consumer_); }

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

// Copies whole, committed records with their headers into the slot; gives the number of bytes.
size_t Reader::drain(Slot& slot) {
  const uint64_t from = load(consumer_), to = load(producer_);
  const uint8_t* data = producer_ + page_;
  uint64_t at = from, records = 0;
  while (at < to) {
    const uint32_t head = __atomic_load_n(reinterpret_cast<const uint32_t*>(data + (at & (ringBytes_ - 1))), __ATOMIC_ACQUIRE);
    if (head & BPF_RINGBUF_BUSY_BIT) break;
    const uint64_t size = ((head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT)) + kHeader + 7) & ~uint64_t{7};
    if (at + size - from > slot.capacity) break;
    at += size;
    if (!(head & BPF_RINGBUF_DISCARD_BIT)) records++;
  }
  const size_t n = at - from;
  if (n == 0) return 0;
  std::memcpy(slot.data, data + (from & (ringBytes_ - 1)), n);
  __atomic_store_n(reinterpret_cast<uint64_t*>(consumer_), at, __ATOMIC_RELEASE);
  slot.used = n;
  records_ += records;
  bytes_ += n;
  batches_++;
  return n;
}

void Reader::run() {
  int idle = 0;
  for (int slot = freeSlot(); slot >= 0; slot = freeSlot()) {
    const size_t i = static_cast<size_t>(slot), n = drain(slots_[i]);
    if (n == 0) release(i);
    else if (!deliver_(i)) { release(i); return; }
    idle = n == 0 ? idle + 1 : 0;
    if (n * 2 > slots_[i].capacity) continue;
    epoll_event event;
    epoll_wait(epoll_, &event, 1, idle > 20 ? kIdleWait : kBusyWait);
  }
}

}  // namespace porthole
