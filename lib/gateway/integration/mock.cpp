#include "gateway/integration/mock.h"

#include "data/accessors.h"
#include "data/read.h"

namespace samara::gateway {

tl::expected<net::HttpResponse, Untranslated>
mock_answer(const Call& call, const Mapping& mapping) {
    auto request = translate_request(call, mapping);
    if (!request) {
        return tl::unexpected(std::move(request.error()));
    }
    Answer answer;
    // Names without quotes are understood there as well: {statusCode: 200}.
    if (const auto document = data::read_yaml(request->body, "request")) {
        answer.selector = data::text_of(*document, "statusCode");
    }
    const bool status = !answer.selector.empty() &&
                        answer.selector.find_first_not_of("0123456789") == std::string::npos;
    if (request->by_template && !status) {
        return tl::unexpected(Untranslated{
            Refusal::api_configuration_error,
            "statusCode should be an integer which is defined in the request template"});
    }
    // Without a status there is one answer to give where there is one response.
    if (answer.selector.empty() && mapping.responses.size() == 1) {
        Mapping only = mapping;
        only.responses.front().pattern.reset();
        return translate_answer(call, only, answer);
    }
    return translate_answer(call, mapping, answer);
}

} // namespace samara::gateway
