#include "data/write.h"
#include "deploy_options.h"

#include <fmt/format.h>

namespace samara::cli {

namespace {

constexpr int indent = 2;

std::string_view name_of(cloud::Deployed::End end) {
    switch (end) {
    case cloud::Deployed::End::nothing_to_change:
        return "unchanged";
    case cloud::Deployed::End::not_executed:
        return "not executed";
    case cloud::Deployed::End::declined:
        return "declined";
    case cloud::Deployed::End::deployed:
        break;
    }
    return "deployed";
}

std::string_view sign_of(cloud::PlannedChange::Kind kind) {
    return kind == cloud::PlannedChange::Kind::add      ? "+"
           : kind == cloud::PlannedChange::Kind::remove ? "-"
                                                        : "*";
}

std::string_view verb_of(cloud::PlannedChange::Kind kind) {
    return kind == cloud::PlannedChange::Kind::add      ? "Add"
           : kind == cloud::PlannedChange::Kind::remove ? "Delete"
                                                        : "Modify";
}

Colour colour_of(cloud::PlannedChange::Kind kind) {
    return kind == cloud::PlannedChange::Kind::add      ? Colour::green
           : kind == cloud::PlannedChange::Kind::remove ? Colour::red
                                                        : Colour::yellow;
}

} // namespace

std::string deployed_json(const cloud::Deployed& deployed, const std::string& stack) {
    data::List changes;
    for (const aws_client::Change& change : deployed.changes) {
        data::Map row;
        row.set("Action", change.action);
        row.set("LogicalResourceId", change.logical_id);
        row.set("PhysicalResourceId", change.physical_id);
        row.set("ResourceType", change.type);
        row.set("Replacement", change.replacement);
        changes.emplace_back(std::move(row));
    }
    data::List outputs;
    for (const aws_client::StackOutput& output : deployed.outputs) {
        data::Map row;
        row.set("OutputKey", output.key);
        row.set("OutputValue", output.value);
        row.set("Description", output.description);
        outputs.emplace_back(std::move(row));
    }
    data::Map result;
    result.set("StackName", stack);
    result.set("StackId", deployed.stack_id);
    result.set("Result", name_of(deployed.end));
    result.set("ChangeSetId", deployed.change_set);
    result.set("Changes", std::move(changes));
    result.set("Outputs", std::move(outputs));
    return data::write_json(std::move(result), indent) + "\n";
}

void print_dry_run(Console& console, const app::DryRun& run, const std::string& stack) {
    console.out_line(
        run.exists ? fmt::format("What deploying would change in the stack {}:", stack)
                   : fmt::format("The stack {} does not exist yet; it would get:", stack));
    for (const cloud::PlannedChange& change : run.changes) {
        const bool resource = change.section == "Resources";
        console.out(
            {{fmt::format(
                  "{} {:<7}{}{}",
                  sign_of(change.kind),
                  verb_of(change.kind),
                  resource ? "" : change.section + " ",
                  change.logical_id),
              {.colour = colour_of(change.kind)}},
             {resource ? fmt::format(" ({})", change.type) : std::string(), {}}});
        const bool loses = change.holds_data && change.kind == cloud::PlannedChange::Kind::remove;
        console.out({{loses ? "  its data is lost" : "", {.colour = Colour::red}}, {"\n", {}}});
        for (const cloud::PlannedChange::Detail& detail : change.details) {
            console.out_line(
                detail.before.empty() ? fmt::format("      {}: {}", detail.path, detail.after)
                : detail.after.empty()
                    ? fmt::format("      {}: {} -> removed", detail.path, detail.before)
                    : fmt::format("      {}: {} -> {}", detail.path, detail.before, detail.after));
        }
    }
    if (run.changes.empty()) {
        console.out_line("nothing");
    }
}

std::string dry_run_json(const app::DryRun& run, const std::string& stack) {
    data::List changes;
    for (const cloud::PlannedChange& change : run.changes) {
        data::List details;
        for (const cloud::PlannedChange::Detail& detail : change.details) {
            data::Map row;
            row.set("Path", detail.path);
            row.set("Before", detail.before.empty() ? data::Value() : data::Value(detail.before));
            row.set("After", detail.after.empty() ? data::Value() : data::Value(detail.after));
            details.emplace_back(std::move(row));
        }
        data::Map row;
        row.set("Action", verb_of(change.kind));
        row.set("Section", change.section);
        row.set("LogicalId", change.logical_id);
        row.set("ResourceType", change.type);
        row.set("HoldsData", change.holds_data);
        row.set("Details", std::move(details));
        changes.emplace_back(std::move(row));
    }
    data::Map result;
    result.set("StackName", stack);
    result.set("Exists", run.exists);
    result.set("Changes", std::move(changes));
    return data::write_json(std::move(result), indent) + "\n";
}

} // namespace samara::cli
