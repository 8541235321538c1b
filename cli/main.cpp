#include "data/read.h"
#include "data/write.h"
#include "transform/transform.h"

#include <fstream>
#include <iostream>
#include <sstream>

#include <fmt/format.h>

// A first `samara transform`, until the table of commands is there.
namespace {

using namespace samara;

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void print(const base::Diagnostic& diagnostic, bool json) {
    const base::Error& error = diagnostic.error;
    const std::string_view severity =
        diagnostic.severity == base::Severity::error ? "error" : "warning";
    if (!json) {
        std::cerr << fmt::format("{}: {}\n", severity, base::to_string(error));
        return;
    }
    data::Map line{{"severity", severity}, {"message", error.message}};
    if (!error.hint.empty()) {
        line.set("hint", error.hint);
    }
    if (error.where.known()) {
        line.set("file", *error.where.file);
        line.set("line", static_cast<std::int64_t>(error.where.line));
        line.set("column", static_cast<std::int64_t>(error.where.column));
    }
    for (const auto& [key, text] :
         {std::pair{"resource", &error.resource},
          std::pair{"event", &error.event},
          std::pair{"property", &error.property}}) {
        if (!text->empty()) {
            line.set(key, *text);
        }
    }
    std::cerr << data::write_json(line) << '\n';
}

} // namespace

int main(int argc, char** argv) {
    transform::Options options;
    std::string path = "template.yaml";
    bool json = false;
    const std::vector<std::string> words(argv + 1, argv + argc);
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
        const std::string& next = words[i + 1];
        if (words[i] == "-t") {
            path = next;
        } else if (words[i] == "--region") {
            options.region = next;
        } else if (words[i] == "--error-format") {
            json = next == "json";
        } else if (words[i] == "--managed-policies") {
            options.managed_policies.emplace();
            const auto table = data::read_json(read_file(next), next);
            for (const data::Entry& row : *table->as_map()) {
                options.managed_policies->emplace(row.key, row.value.text());
            }
        } else if (words[i] == "--parameter-overrides") {
            for (std::size_t j = i + 1; j < words.size() && words[j][0] != '-'; ++j) {
                const std::size_t equal = words[j].find('=');
                options.parameter_overrides[words[j].substr(0, equal)] = words[j].substr(equal + 1);
            }
        }
    }
    base::Result<data::Value> document = data::read_document(read_file(path), path);
    if (!document) {
        print({base::Severity::error, document.error()}, json);
        return 1;
    }
    const transform::Output output = transform::transform(std::move(*document), options);
    for (const base::Diagnostic& diagnostic : output.diagnostics) {
        print(diagnostic, json);
    }
    if (base::has_errors(output.diagnostics)) {
        return 1;
    }
    std::cout << data::write_json(output.document, 2) << '\n';
    return 0;
}
