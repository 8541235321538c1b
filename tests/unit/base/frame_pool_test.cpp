#include "base/frame_pool.h"

#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace samara::base {
namespace {

TEST(FramePool, GivesEachItsOwnMemory) {
    std::vector<std::pair<void*, std::size_t>> frames;
    std::set<void*> places;
    for (const std::size_t size : {1UL, 127UL, 128UL, 129UL, 1000UL, 4096UL, 4097UL, 100000UL}) {
        for (int i = 0; i < 40; ++i) { // more than are kept
            void* const frame = take_frame(size);
            std::memset(frame, i, size);
            frames.emplace_back(frame, size);
            EXPECT_TRUE(places.insert(frame).second);
        }
    }
    for (int round = 0; round < 2; ++round) {
        for (auto& [frame, size] : frames) {
            give_frame(frame, size);
        }
        for (auto& [frame, size] : frames) {
            frame = take_frame(size);
            std::memset(frame, 0, size);
        }
    }
    for (const auto& [frame, size] : frames) {
        give_frame(frame, size);
    }
}

TEST(FramePool, MayBeGivenBackOnAnotherThread) {
    void* const frame = take_frame(500);
    std::thread([frame] {
        give_frame(frame, 500);
        void* const again = take_frame(500);
        std::memset(again, 1, 500);
        give_frame(again, 500);
    }).join(); // what the thread kept goes with it
}

TEST(FramePool, KeepsFramesForOthersOfTheirSize) {
    void* const frame = take_frame(300);
    give_frame(frame, 300);
    void* const next = take_frame(310);
    EXPECT_EQ(next == frame, keeps_frames);
    give_frame(next, 310);
}

TEST(FramePool, KeepsSoManyOfAClassTheLastOneFirst) {
    if (!keeps_frames) {
        GTEST_SKIP() << "sanitizers see frames that are not kept";
    }
    std::thread([] { // whose classes are empty
        constexpr std::size_t kept = 32;
        std::vector<void*> frames(kept + 1);
        for (void*& frame : frames) {
            frame = take_frame(129);
        }
        for (void* frame : frames) {
            give_frame(frame, 256); // the same class
        }
        for (std::size_t i = kept; i > 0; --i) {
            EXPECT_EQ(take_frame(200), frames[i - 1]) << i;
        }
        for (std::size_t i = 0; i < kept; ++i) {
            ::operator delete(frames[i]);
        }
    })
        .join();
}

} // namespace
} // namespace samara::base
