#include "base/frame_pool.h"

#include <array>
#include <new>

namespace samara::base {

namespace {

constexpr std::size_t step = 128;     // frames of one class differ by less
constexpr std::size_t classes = 32;   // larger ones are the allocator's
constexpr std::size_t most_kept = 32; // of one class and thread

class Kept {
public:
    Kept() = default;
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;
    Kept(Kept&&) = delete;
    Kept& operator=(Kept&&) = delete;

    ~Kept() {
        for (Class& kept : classes_) {
            while (void* frame = kept.take()) {
                ::operator delete(frame);
            }
        }
    }

    void* take(std::size_t index) { return classes_.at(index).take(); }

    bool give(void* frame, std::size_t index) noexcept { return classes_.at(index).give(frame); }

private:
    struct Free {
        Free* next;
    };

    /// Frames of one class, the last one first: it is in the cache.
    class Class {
    public:
        void* take() {
            Free* const frame = first_;
            if (frame != nullptr) {
                first_ = frame->next;
                --count_;
            }
            return frame;
        }

        bool give(void* frame) noexcept {
            if (count_ == most_kept) {
                return false;
            }
            first_ = new (frame) Free{first_};
            ++count_;
            return true;
        }

    private:
        Free* first_ = nullptr;
        std::size_t count_ = 0;
    };

    std::array<Class, classes> classes_{};
};

thread_local bool thread_ends = false;

/// Of this thread.
struct Own {
    Own() = default;
    Own(const Own&) = delete;
    Own& operator=(const Own&) = delete;
    Own(Own&&) = delete;
    Own& operator=(Own&&) = delete;

    ~Own() { thread_ends = true; }

    Kept kept;
};

/// nullptr for frames that are not kept, and when the thread ends.
Kept* kept_of(std::size_t index) {
    thread_local Own own;
    return keeps_frames && index < classes && !thread_ends ? &own.kept : nullptr;
}

std::size_t class_of(std::size_t size) {
    return (size - 1) / step;
}

} // namespace

void* take_frame(std::size_t size) {
    const std::size_t index = class_of(size);
    Kept* const kept = kept_of(index);
    void* const frame = kept == nullptr ? nullptr : kept->take(index);
    return frame != nullptr ? frame : ::operator new((index + 1) * step);
}

void give_frame(void* frame, std::size_t size) noexcept {
    const std::size_t index = class_of(size);
    Kept* const kept = kept_of(index);
    if (kept == nullptr || !kept->give(frame, index)) {
        ::operator delete(frame);
    }
}

} // namespace samara::base
