#pragma once

#include "base/error.h"

#include <string>
#include <string_view>
#include <vector>

/// New applications: the project templates under templates/init, embedded. Pure: files come back as
/// texts; whoever asked puts them on the disk.
namespace samara::projects {

/// A language of a template: a row of "variants" in templates/init/templates.json.
struct Variant {
    std::string family;       ///< "python", "go"
    std::string package_type; ///< "Zip" or "Image"
    std::string manager;      ///< of dependencies: "pip", "npm", "maven", "mod"
    std::string folder;       ///< below templates/init
    std::string code;
    std::string tests;
    std::vector<std::string> test;     ///< command lines that run its tests
    std::vector<std::string> runtimes; ///< newest first; those that Lambda still supports
    bool fixed_runtimes = false;       ///< it runs on these only, not on all of the family
};

struct Template {
    std::string name;
    std::vector<std::string> aliases; ///< what the AWS SAM CLI calls one like it
    std::string about;                ///< one sentence without a full stop
    std::string function;             ///< logical id to invoke first
    std::string path;                 ///< of a request to try; empty without an API
    std::string notes;                ///< for README.md, may be empty
    bool api = false;
    std::vector<Variant> variants;
};

/// Every template, the simplest first.
const std::vector<Template>& templates();

/// What a project is made of besides its template.
struct Choices {
    std::string name;
    std::string runtime;
    std::string architecture = "x86_64";
    bool tracing = false;
    bool application_insights = false;
    bool structured_logging = false;
};

/// What is asked for; empty: whatever there is.
struct Wanted {
    std::string name; ///< of the template or an alias
    std::string runtime;
    std::string package_type;
    std::string manager;
    std::string family; ///< what the runtime does not tell: go or rust of provided.al2023
};

struct Match {
    const Template* project = nullptr;
    const Variant* variant = nullptr;
    std::string runtime;
};

/// The templates that fit, in their order, one match a variant. A retired runtime of the family
/// counts as one of its runtimes when it is asked for by name.
std::vector<Match> matches(const Wanted& wanted);

/// A base image of Lambda as the AWS SAM CLI names it, "amazon/python3.12-base" or
/// "amazon/go-provided.al2023-base": sets runtime and family. Fails (usage) for anything else.
base::Result<void> read_base_image(std::string_view image, Wanted& wanted);

struct File {
    std::string path; ///< relative, with '/'
    std::string text;
};

/// The files of the project.
std::vector<File> files_of(const Match& match, const Choices& choices);

/// A stack can have this name: letters, digits and '-', beginning with a letter.
std::string stack_name(std::string_view project);

/// A project can have the name as its folder's. Fails (usage) with what is wrong with it.
base::Result<void> check_name(std::string_view name);

} // namespace samara::projects
