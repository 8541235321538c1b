#include "gateway/access/policy.h"

#include "base/strings.h"
#include "data/accessors.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return wildcard_match(pattern, text);
    });
}

/// The texts of an element, or of the element that stands for all others ("NotAction").
struct Patterns {
    std::vector<std::string> texts;
    bool inverted = false;
};

Patterns patterns_of(const data::Value& statement, const std::string& element) {
    const data::Value* negated = statement.find("Not" + element);
    return {
        data::texts_of(negated != nullptr ? negated : statement.find(element)), negated != nullptr};
}

/// Action names ignore case.
bool action_applies(const data::Value& statement, std::string_view action) {
    Patterns patterns = patterns_of(statement, "Action");
    for (std::string& pattern : patterns.texts) {
        pattern = base::to_lower(pattern);
    }
    return any_matches(patterns.texts, base::to_lower(action)) != patterns.inverted;
}

/// `pattern` with a star for each "${aws:username}": what such a variable stands for is not known.
std::string with_stars(std::string_view pattern) {
    std::string widened;
    while (!pattern.empty()) {
        const std::size_t begin = std::min(pattern.find("${"), pattern.size());
        widened.append(pattern.substr(0, begin));
        pattern.remove_prefix(begin);
        if (!pattern.empty()) {
            widened += '*';
            pattern.remove_prefix(std::min(pattern.find('}'), pattern.size() - 1) + 1);
        }
    }
    return widened;
}

/// "execute-api:/stage/GET/path" stands for the API that has the policy. A policy variable counts
/// against the caller: it matches everything in what denies, nothing in what allows.
bool resource_applies(const data::Value& statement, std::string_view resource, bool denies) {
    constexpr std::string_view own_api = "execute-api:/";
    Patterns patterns = patterns_of(statement, "Resource");
    for (std::string& pattern : patterns.texts) {
        if (pattern.starts_with(own_api)) {
            pattern = "arn:*:execute-api:*:*:*/" + pattern.substr(own_api.size());
        }
        if (denies != patterns.inverted) {
            pattern = with_stars(pattern);
        }
    }
    return any_matches(patterns.texts, resource) != patterns.inverted;
}

Truth condition_applies(const data::Value& statement, const ConditionKeys* keys) {
    const data::Value* condition = statement.find("Condition");
    if (condition == nullptr || (condition->is_map() && condition->as_map()->empty())) {
        return Truth::yes;
    }
    return keys == nullptr ? Truth::unknown : condition_holds(*condition, *keys);
}

/// Whether the statement is about the caller: everybody is meant by "*", an account by its number
/// or the ARN of its root.
Truth principal_applies(const data::Value& statement, std::string_view account) {
    const data::Value* principal = statement.find("Principal");
    if (principal == nullptr) {
        return Truth::unknown; // NotPrincipal
    }
    if (principal->is_map() && principal->find("AWS") == nullptr) {
        return Truth::no; // services and federated users do not call from here
    }
    Truth result = Truth::no;
    for (const std::string& one :
         data::texts_of(principal->is_map() ? principal->find("AWS") : principal)) {
        if (one == "*" || (!account.empty() &&
                           (one == account || one.ends_with(fmt::format("::{}:root", account))))) {
            return Truth::yes;
        }
        // A user or role of the caller's account may be the caller.
        if (!account.empty() && one.find(fmt::format("::{}:", account)) != std::string::npos) {
            result = Truth::unknown;
        }
    }
    return result;
}

/// Whether the statement applies to the question; what is not known counts against the caller.
bool applies(const data::Value& statement, const PolicyQuestion& question, bool denies) {
    if (!action_applies(statement, question.action) ||
        !resource_applies(statement, question.resource, denies)) {
        return false;
    }
    const Truth doubtful = denies ? Truth::yes : Truth::no;
    const auto sure = [&](Truth found) { return found == Truth::unknown ? doubtful : found; };
    return sure(condition_applies(statement, question.keys)) == Truth::yes &&
           (!question.account ||
            sure(principal_applies(statement, *question.account)) == Truth::yes);
}

/// Whether one of `element` and its negation is there, with at least one text: nothing excluded
/// would be everything allowed.
bool has_either(const data::Value& statement, const std::string& element) {
    return (statement.find(element) != nullptr) != (statement.find("Not" + element) != nullptr) &&
           !patterns_of(statement, element).texts.empty();
}

/// A statement needs an effect, actions and resources.
bool is_statement(const data::Value& statement) {
    const std::string effect = data::text_of(statement, "Effect");
    return (effect == "Allow" || effect == "Deny") && has_either(statement, "Action") &&
           has_either(statement, "Resource");
}

/// docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
bool is_version(const data::Value* version) {
    return version == nullptr || version->text() == "2012-10-17" || version->text() == "2008-10-17";
}

} // namespace

bool wildcard_match(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos; // the last star seen, and where it began to match
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_text = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

base::Result<Verdict> evaluate_policy(const data::Value& document, const PolicyQuestion& question) {
    const data::Value* statements = document.find("Statement");
    if (statements == nullptr || !(statements->is_list() || statements->is_map())) {
        return base::fail("the policy document has no Statement");
    }
    if (!is_version(document.find("Version"))) {
        return base::fail("the policy document's Version is neither 2012-10-17 nor 2008-10-17");
    }
    const data::List one = statements->is_map() ? data::List{*statements} : data::List{};
    const data::List& list = statements->is_map() ? one : *statements->as_list();
    bool allowed = false;
    bool denied = false;
    for (const data::Value& statement : list) {
        if (!is_statement(statement)) {
            return base::fail(
                "a statement of the policy document lacks Effect, Action or Resource");
        }
        const bool denies = data::text_of(statement, "Effect") == "Deny";
        if (applies(statement, question, denies)) {
            (denies ? denied : allowed) = true;
        }
    }
    if (denied) {
        return Verdict::denied_explicitly;
    }
    return allowed ? Verdict::allowed : Verdict::denied;
}

} // namespace samara::gateway
