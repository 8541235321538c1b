#include "trace_events.h"

#include "data/accessors.h"
#include "data/read.h"
#include "log_events.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace samara::cli {

namespace {

double number_of(const data::Value* value) {
    if (value == nullptr) {
        return 0;
    }
    const double* number = value->as_number();
    return number != nullptr ? *number : static_cast<double>(data::integer_of(value).value_or(0));
}

data::List list_of(const data::Value& value, std::string_view name) {
    const data::Value* member = value.find(name);
    return member == nullptr || !member->is_list() ? data::List() : *member->as_list();
}

/// Of a moment in seconds.
std::string iso_time(double moment, bool local) {
    constexpr double most = 1e12; // a number that is no moment is no reason to end
    const auto micros = std::llround(std::clamp(moment, 0.0, most) * 1e6);
    return moment_text(std::chrono::microseconds(micros), local);
}

void append_segments(std::string& text, const data::List& segments, int level) {
    constexpr int deepest = 100;
    for (const data::Value& segment : segments) {
        const double end = number_of(segment.find("end_time"));
        const double begin = number_of(segment.find("start_time"));
        text += fmt::format(
            "\n{:{}} - {:.3f}s - {}",
            "",
            2 * level,
            end == 0 ? 0.0 : end - begin, // one that goes on has no end
            data::text_of(segment, "name"));
        const data::Value* http = segment.find("http");
        const data::Value* response = http == nullptr ? nullptr : http->find("response");
        const data::Value* status = response == nullptr ? nullptr : response->find("status");
        if (status != nullptr) {
            text += fmt::format(" [HTTP: {}]", data::text_of(status));
        }
        if (level < deepest) {
            append_segments(text, list_of(segment, "subsegments"), level + 1);
        }
    }
}

/// What the texts of the segments hold, in the order of their begin.
data::List segments_of(const data::Value& trace) {
    data::List segments;
    for (const data::Value& segment : list_of(trace, "Segments")) {
        if (auto document = data::read_json(data::text_of(segment, "Document"), "segment")) {
            segments.push_back(std::move(*document));
        }
    }
    std::stable_sort(
        segments.begin(), segments.end(), [](const data::Value& one, const data::Value& other) {
            return number_of(one.find("start_time")) < number_of(other.find("start_time"));
        });
    return segments;
}

std::string count_text(const data::Value* statistics, std::string_view name) {
    const data::Value* count = statistics == nullptr ? nullptr : statistics->find(name);
    return count == nullptr ? "0" : data::text_of(count);
}

data::Value with_times(const data::Value& value) {
    if (const data::List* list = value.as_list()) {
        data::List items;
        for (const data::Value& item : *list) {
            items.push_back(with_times(item));
        }
        return items;
    }
    const data::Map* map = value.as_map();
    if (map == nullptr) {
        return value;
    }
    data::Map members;
    for (const data::Entry& entry : *map) {
        const bool time = entry.key == "StartTime" || entry.key == "EndTime";
        members.set(
            entry.key,
            time ? data::Value(iso_time(number_of(&entry.value), false)) : with_times(entry.value));
    }
    return members;
}

} // namespace

std::string trace_text(const data::Value& trace, std::int64_t revision) {
    const data::List segments = segments_of(trace);
    const double begin = segments.empty() ? 0 : number_of(segments.front().find("start_time"));
    std::string text = fmt::format(
        "\nXRay Event {}at ({}) with id ({}) and duration ({:.3f}s)",
        revision == 0 ? "" : fmt::format("[revision {}] ", revision),
        iso_time(begin, true),
        data::text_of(trace, "Id"),
        number_of(trace.find("Duration")));
    append_segments(text, segments, 0);
    return text + "\n";
}

std::string trace_json(const data::Value& trace) {
    data::Map members = trace.is_map() ? *trace.as_map() : data::Map();
    members.set("Segments", segments_of(trace));
    return log_event_json(members);
}

std::string graph_text(const data::Value& graph) {
    std::string text = fmt::format(
        "\nNew XRay Service Graph\n  Start time: {}\n  End time: {}",
        iso_time(number_of(graph.find("StartTime")), true),
        iso_time(number_of(graph.find("EndTime")), true));
    for (const data::Value& service : list_of(graph, "Services")) {
        std::vector<std::string> edges;
        for (const data::Value& edge : list_of(service, "Edges")) {
            edges.push_back(data::text_of(edge, "ReferenceId"));
        }
        const data::Value* counts = service.find("SummaryStatistics");
        const auto faults = [&](std::string_view kind) {
            return count_text(counts == nullptr ? nullptr : counts->find(kind), "TotalCount");
        };
        text += fmt::format(
            "\n  Reference Id: {} -{} {} - {} - Edges: [{}]"
            "\n   Summary_statistics:"
            "\n     - total requests: {}"
            "\n     - ok count(2XX): {}"
            "\n     - error count(4XX): {}"
            "\n     - fault count(5XX): {}"
            "\n     - total response time: {}",
            data::text_of(service, "ReferenceId"),
            data::is_true(service.find("Root")) ? " (Root)" : "",
            data::text_of(service, "Type"),
            data::text_of(service, "Name"),
            fmt::join(edges, ", "),
            count_text(counts, "TotalCount"),
            count_text(counts, "OkCount"),
            faults("ErrorStatistics"),
            faults("FaultStatistics"),
            count_text(counts, "TotalResponseTime"));
    }
    return text + "\n";
}

std::string graph_json(const data::Value& graph) {
    return log_event_json(with_times(graph));
}

} // namespace samara::cli
