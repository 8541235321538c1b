#include "os/file.h"
#include "os/file_watcher.h"
#include "os/temp_dir.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>

#include <gtest/gtest.h>

namespace samara::os {
namespace {

using namespace std::chrono_literals;

class FileWatcherTest : public testing::Test {
protected:
    TempDir folder_ = TempDir::create("watch-test").value();
    std::mutex mutex_;
    std::condition_variable changed_;
    int calls_ = 0;    // that took the changes up
    int attempts_ = 0; // those that failed for an edit under way as well
    bool broken_while_edited_ = false;
    bool faulty_ = false;
    std::vector<std::string> reported_;
    std::vector<std::filesystem::path> more_;

    FileWatcher watch(const std::filesystem::path& path) {
        return FileWatcher::start(
                   {path},
                   [this](FileWatcher::Moment moment) {
                       const std::lock_guard lock(mutex_);
                       if (faulty_) {
                           throw std::bad_alloc();
                       }
                       const bool done =
                           moment == FileWatcher::Moment::quiet || !broken_while_edited_;
                       calls_ += done ? 1 : 0;
                       attempts_ += 1;
                       changed_.notify_all();
                       return FileWatcher::Applied{done, more_, {}};
                   },
                   base::Log([this](base::LogLevel, std::string_view line) {
                       const std::lock_guard lock(mutex_);
                       reported_.emplace_back(line);
                       changed_.notify_all();
                   }))
            .value();
    }

    void fail(bool now) {
        const std::lock_guard lock(mutex_);
        faulty_ = now;
    }

    bool wait_for_call(int number) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 10s, [&] { return calls_ >= number; });
    }

    void write(const std::string& name) {
        ASSERT_TRUE(make_folders((folder_.path() / name).parent_path()));
        ASSERT_TRUE(write_file_atomically(folder_.path() / name, name));
    }
};

TEST_F(FileWatcherTest, TellsChangesBelowAFolder) {
    write("a/b.py");
    const FileWatcher watcher = watch(folder_.path());
    write("a/b.py");
    EXPECT_TRUE(wait_for_call(1));
    write("new/deep/c.py");
    EXPECT_TRUE(wait_for_call(2));
}

TEST_F(FileWatcherTest, CatchesUpWithWhatWasChangedBefore) {
    write("a/b.py");
    const FileWatcher watcher = watch(folder_.path());
    const FileWatcher::CatchUp catch_up = watcher.catch_up();
    catch_up();
    EXPECT_EQ(calls_, 0);
    for (int i = 1; i <= 200; ++i) {
        write("a/b.py"); // written beside it and renamed
        catch_up();
        const std::lock_guard lock(mutex_);
        EXPECT_GE(calls_, i);
    }
    const int after = calls_;
    catch_up();
    EXPECT_EQ(calls_, after); // nothing has changed
}

TEST_F(FileWatcherTest, WhatIsBrokenInTheMiddleOfAnEditIsTriedAgainInQuiet) {
    const FileWatcher watcher = watch(folder_.path());
    broken_while_edited_ = true;
    write("a.py");
    watcher.catch_up()();
    EXPECT_TRUE(wait_for_call(1));
    EXPECT_LE(attempts_, 2);
}

TEST_F(FileWatcherTest, AFaultWhileAnEditIsAppliedIsReportedAndWatchingGoesOn) {
    const FileWatcher watcher = watch(folder_.path());
    fail(true);
    write("a.py");
    {
        std::unique_lock lock(mutex_);
        ASSERT_TRUE(changed_.wait_for(lock, 10s, [&] { return !reported_.empty(); }));
        EXPECT_EQ(
            reported_.front(), "an edit is not applied, a fault in samara itself: std::bad_alloc");
    }
    fail(false);
    write("b.py");
    EXPECT_TRUE(wait_for_call(1));
}

TEST_F(FileWatcherTest, AFaultIsNoneOfWhoCatchesUp) {
    const FileWatcher watcher = watch(folder_.path());
    const FileWatcher::CatchUp catch_up = watcher.catch_up();
    fail(true);
    write("a.py");
    EXPECT_NO_THROW(catch_up());
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(reported_.empty());
}

TEST_F(FileWatcherTest, CatchingUpOutlivesTheWatcher) {
    FileWatcher::CatchUp catch_up;
    catch_up();
    {
        const FileWatcher watcher = watch(folder_.path());
        catch_up = watcher.catch_up();
    }
    write("a.py");
    catch_up();
    EXPECT_EQ(calls_, 0);
}

TEST_F(FileWatcherTest, FoldersThatAppearAreWatchedToo) {
    const FileWatcher watcher = watch(folder_.path());
    write("late/a.py");
    ASSERT_TRUE(wait_for_call(1));
    const int before = calls_;
    write("late/a.py");
    EXPECT_TRUE(wait_for_call(before + 1));
}

TEST_F(FileWatcherTest, AFileIsWatchedByNameThroughReplacement) {
    write("template.yaml");
    const FileWatcher watcher = watch(folder_.path() / "template.yaml");
    write("template.yaml"); // written beside it and renamed
    EXPECT_TRUE(wait_for_call(1));
}

TEST_F(FileWatcherTest, FoldersOnTheWayMayBeReplaced) {
    write("built/fn/a.py");
    const FileWatcher watcher = watch(folder_.path() / "built/fn");
    write("fresh/fn/a.py");
    std::filesystem::rename(folder_.path() / "built", folder_.path() / "old");
    ASSERT_TRUE(wait_for_call(1));
    std::filesystem::rename(folder_.path() / "fresh", folder_.path() / "built");
    ASSERT_TRUE(wait_for_call(2));
    write("built/fn/a.py");
    EXPECT_TRUE(wait_for_call(3));
}

TEST_F(FileWatcherTest, ACallMayGiveMoreToWatch) {
    write("first/a.py");
    write("second/a.py");
    more_ = {folder_.path() / "second"};
    const FileWatcher watcher = watch(folder_.path() / "first");
    write("first/a.py");
    ASSERT_TRUE(wait_for_call(1));
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < until) { // the call may not have returned yet
        write("second/a.py");
        const std::lock_guard lock(mutex_);
        if (calls_ > 1) {
            return;
        }
    }
    FAIL() << "what was given is not watched";
}

TEST_F(FileWatcherTest, WhatIsNotThereYetIsWaitedFor) {
    const FileWatcher watcher = watch(folder_.path() / "late/er/a.py");
    std::filesystem::create_directories(folder_.path() / "late");
    ASSERT_TRUE(wait_for_call(1));
    std::filesystem::create_directories(folder_.path() / "late/er");
    ASSERT_TRUE(wait_for_call(2));
    write("late/er/a.py");
    EXPECT_TRUE(wait_for_call(3));
}

TEST_F(FileWatcherTest, AProgramThatNeverStopsWritingDoesNotPutTheCallOff) {
    write("a.py");
    const FileWatcher watcher = watch(folder_.path());
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < until) {
        write("log.txt");
        const std::lock_guard lock(mutex_);
        if (calls_ > 0) {
            return;
        }
    }
    FAIL() << "no call while files are being written";
}

TEST_F(FileWatcherTest, InstalledPackagesCountButNotTheirFiles) {
    write("node_modules/one/index.js");
    write("node_modules/@scope/two/index.js");
    const FileWatcher watcher = watch(folder_.path());
    write("node_modules/one/index.js");
    write("node_modules/@scope/two/index.js");
    watcher.catch_up()();
    EXPECT_EQ(attempts_, 0);
    int calls = 0;
    for (const char* name :
         {"node_modules/.package-lock.json",
          "node_modules/three/package.json",
          "node_modules/@scope/four/package.json",
          "node_modules/@new/five/package.json"}) {
        write(name);
        EXPECT_TRUE(wait_for_call(++calls)) << name;
    }
}

TEST_F(FileWatcherTest, WhatIsBuiltOrCachedDoesNotCount) {
    write("__pycache__/x.pyc");
    write(".aws-sam/build/template.yaml");
    const FileWatcher watcher = watch(folder_.path());
    write("__pycache__/x.pyc");
    write(".aws-sam/build/template.yaml");
    write("counts.py");
    ASSERT_TRUE(wait_for_call(1));
    EXPECT_EQ(calls_, 1);
}

} // namespace
} // namespace samara::os
