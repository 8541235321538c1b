#include "cloud_observer.h"

#include "aws_client/waiter.h"
#include "base/strings.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace samara::cli {

using cloud::Tone;

namespace {

Colour colour_of(Tone tone) {
    switch (tone) {
    case Tone::good:
        return Colour::green;
    case Tone::notice:
        return Colour::yellow;
    case Tone::bad:
        return Colour::red;
    case Tone::plain:
        break;
    }
    return Colour::none;
}

Colour colour_of_status(const std::string& status) {
    constexpr std::array<std::string_view, 3> good{
        "CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"};
    constexpr std::array<std::string_view, 8> bad{
        "CREATE_FAILED",
        "DELETE_FAILED",
        "DELETE_IN_PROGRESS",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_FAILED",
        "UPDATE_ROLLBACK_IN_PROGRESS"};
    if (std::find(good.begin(), good.end(), status) != good.end()) {
        return Colour::green;
    }
    return std::find(bad.begin(), bad.end(), status) != bad.end() ? Colour::red : Colour::yellow;
}

struct ActionRow {
    std::string_view action;
    std::string_view shown;
    Colour colour;
};

constexpr std::array<ActionRow, 5> actions{{
    {"Add", "+ Add", Colour::green},
    {"Modify", "* Modify", Colour::yellow},
    {"Remove", "- Delete", Colour::red},
    {"Import", "Import", Colour::green},
    {"Dynamic", "Dynamic", Colour::yellow},
}};

std::string seconds(std::chrono::milliseconds delay) {
    constexpr double thousand = 1000.0;
    const std::string text = fmt::format("{}", static_cast<double>(delay.count()) / thousand);
    return text.find('.') == std::string::npos ? text + ".0" : text;
}

/// Words in lines of `width`, long ones whole.
std::vector<std::string> fill(const std::string& text, std::size_t width) {
    std::vector<std::string> lines(1);
    for (const std::string_view word : base::split(text, ' ')) {
        std::string& line = lines.back();
        if (!line.empty() && line.size() + 1 + word.size() > width) {
            lines.emplace_back(word);
        } else {
            line += line.empty() ? "" : " ";
            line += word;
        }
    }
    return lines;
}

} // namespace

void CloudObserver::say(std::string_view line, Tone tone) {
    if (!look_.quiet) {
        console_.out({{std::string(line), {.colour = colour_of(tone)}}, {"\n", {}}});
    }
}

void CloudObserver::log(std::string_view line, Tone tone) {
    if (tone == Tone::plain) {
        console_.err_line(line);
    } else {
        console_.err(fmt::format("{}\n", line), colour_of(tone));
    }
}

void CloudObserver::show_uploads() {
    constexpr double hundred = 100.0;
    std::vector<std::string> lines;
    for (const auto& [key, upload] : uploads_) {
        lines.push_back(fmt::format(
            "\tUploading to {}  {} / {}  ({:.2f}%)",
            key,
            upload.done,
            upload.size,
            upload.size == 0
                ? hundred
                : hundred * static_cast<double>(upload.done) / static_cast<double>(upload.size)));
    }
    console_.live(lines);
}

void CloudObserver::uploading(const std::string& key, std::uint64_t done, std::uint64_t size) {
    constexpr std::chrono::milliseconds interval(100);
    if (!look_.progress) {
        return;
    }
    const std::scoped_lock lock(mutex_);
    if (done >= size) {
        if (uploads_.erase(key) > 0 || size == 0) {
            show_uploads();
            console_.err_line(
                fmt::format("\tUploading to {}  {} / {}  (100.00%)", key, size, size));
        }
        return;
    }
    uploads_[key] = {done, size};
    const auto now = std::chrono::steady_clock::now();
    if (console_.is_live() && now - shown_ > interval) {
        shown_ = now;
        show_uploads();
    }
}

void CloudObserver::upload_failed(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    if (uploads_.erase(key) > 0) {
        show_uploads();
    }
}

void CloudObserver::pushing(std::string_view text) {
    if (look_.progress) {
        console_.err(text);
    }
}

void CloudObserver::change_set(const std::vector<aws_client::Change>& changes) {
    if (look_.quiet) {
        return;
    }
    Table table(
        console_,
        "CloudFormation stack changeset",
        {"Operation", "LogicalResourceId", "ResourceType", "Replacement"});
    for (const ActionRow& row : actions) {
        for (const aws_client::Change& change : changes) {
            if (change.action == row.action) {
                table.row(
                    {std::string(row.shown),
                     change.logical_id,
                     change.type,
                     change.replacement.empty() ? "N/A" : change.replacement},
                    row.colour);
            }
        }
    }
    if (changes.empty()) {
        table.row({"-", "-", "-", "-"}, Colour::none);
    }
    table.end();
}

void CloudObserver::events_begin() {
    if (look_.quiet) {
        return;
    }
    console_.out("\n");
    events_ = std::make_unique<Table>(
        console_,
        fmt::format(
            "CloudFormation events from stack operations (refresh every {} seconds)",
            seconds(aws_client::poll_delay())),
        std::vector<std::string>{
            "ResourceStatus", "ResourceType", "LogicalResourceId", "ResourceStatusReason"});
}

void CloudObserver::show_resources() {
    constexpr std::size_t most = 10;
    std::vector<std::string> lines;
    for (const auto& [resource, status] : in_progress_) {
        if (lines.size() == most) {
            lines.push_back(fmt::format("... and {} more", in_progress_.size() - most));
            break;
        }
        lines.push_back(fmt::format("{}: {}", resource, status));
    }
    console_.live(lines);
}

void CloudObserver::event(const aws_client::StackEvent& event) {
    if (events_ == nullptr) {
        return;
    }
    if (console_.is_live()) {
        console_.live({}); // the row comes where they stand
    }
    events_->row(
        {event.detailed_status.empty()
             ? event.status
             : fmt::format("{} - {}", event.status, event.detailed_status),
         event.type,
         event.logical_id,
         event.reason.empty() ? "-" : event.reason},
        colour_of_status(event.status));
    if (event.status.ends_with("_IN_PROGRESS")) {
        in_progress_[event.logical_id] = event.status;
    } else {
        in_progress_.erase(event.logical_id);
    }
    if (console_.is_live()) {
        show_resources();
    }
}

void CloudObserver::events_end() {
    if (events_ == nullptr) {
        return;
    }
    if (console_.is_live()) {
        console_.live({});
    }
    events_->end();
    events_.reset();
    in_progress_.clear();
}

void CloudObserver::outputs(const std::vector<aws_client::StackOutput>& outputs) {
    constexpr std::size_t label_width = 20;
    if (look_.quiet) {
        return;
    }
    Table table(console_, "CloudFormation outputs from deployed stack", {"Outputs"});
    for (const aws_client::StackOutput& output : outputs) {
        for (const auto& [label, value] :
             {std::pair<std::string_view, std::string>{"Key", output.key},
              {"Description", output.description.empty() ? "-" : output.description},
              {"Value", output.value}}) {
            std::string text = fmt::format("{:<{}}{}", label, label_width, value);
            for (const std::string& line : fill(text, table.width() - 2)) {
                console_.out({{line + "\n", {.colour = Colour::green}}});
            }
        }
        console_.out("\n");
    }
    table.end();
}

} // namespace samara::cli
