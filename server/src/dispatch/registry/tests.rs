use keyrack_domain::types::methods::ApiSet;
use serde_json::Value;

use super::*;
use keyrack_wire::{Names, Pairs};
use serde::de::IgnoredAny;

#[test]
fn a_method_is_found_in_any_case_and_with_a_slash_at_the_end() {
    let registry = Registry::all();
    for path in [
        "users/authentication/rest/checksign",
        "users/authentication/rest/CheckSign",
        "USERS/Authentication/REST/CHECKSIGN",
        "users/authentication/rest/checksign/",
    ] {
        let place = registry.find(path).unwrap_or_else(|_| panic!("{path}"));
        assert_eq!(registry.methods()[place].name, "users.authentication.CheckSign");
    }
}

#[test]
fn unknown_services_classes_and_methods_are_told_apart() {
    let registry = Registry::all();
    assert_eq!(registry.find("users/authentication/rest/nosuch"), Err(NoSuch::Method));
    let long = "a".repeat(1_000_000);
    for path in
        ["users/nosuch/rest/checksign", "nosuch/control/rest/stopenv", "", "/", "///", "users", "é/é/rest/é", &long]
    {
        assert_eq!(registry.find(path), Err(NoSuch::Service), "{path}");
    }
}

#[test]
fn every_declaration_is_complete_and_agrees_with_itself() {
    let registry = Registry::all();
    for method in registry.methods() {
        let name = method.name;
        let (service, class, last) = split_name(name);
        assert!(
            [service, class].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase())),
            "{name}"
        );
        assert!(last.starts_with(|c: char| c.is_ascii_uppercase()), "{name}");
        assert!(method.summary.ends_with('.') && method.summary.len() < 200, "{name}: {}", method.summary);
        let answer: Value = serde_json::from_str(method.answer).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(answer["result"], 0, "{name}");
        assert!(answer.get("error").is_none(), "{name}");
        let mut names = HashSet::new();
        for param in method.params {
            for called in std::iter::once(&param.name).chain(param.aliases) {
                assert!(names.insert(called.to_ascii_lowercase()), "{name}: {called} stands for two parameters");
            }
            assert!(param.help.ends_with('.'), "{name} {}: {}", param.name, param.help);
            // Public methods do not look for a credential, so the names are free there.
            let taken = !method.is_public() && (param.is_called("session") || param.is_called("token"));
            assert!(!taken, "{name}: a credential comes under the name {}", param.name);
        }
        assert!(!method.sets.contains(&ApiSet::ExtendedAccess), "{name}: Extended Access is not listed, it holds all");
        assert!(!method.sets.contains(&ApiSet::Custom), "{name}");
        assert!(method.sets.is_empty() || method.token == TokenAccess::WhenTicked, "{name}");
        assert!(!method.is_public() || method.token == TokenAccess::Never, "{name}: without a credential, no token");
    }
    // Panics when two methods have one name.
    assert_eq!(registry.catalog().entries().count(), registry.methods().len());
}

#[test]
fn the_documentation_has_every_method_sorted_by_name() {
    let registry = Registry::all();
    let docs = registry.docs();
    assert_eq!(docs.len(), registry.methods().len());
    assert!(docs.is_sorted_by_key(|doc| &doc.info.name));
    let signin = docs.iter().find(|doc| doc.info.name == "users.authentication.Signin").unwrap();
    assert!(signin.post_only && signin.public && !signin.token_callable);
    assert_eq!(signin.path, "/1.0/users/authentication/rest/signin");
    assert_eq!(signin.codes.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [1, 3, 8, 9, 99, 701]);
}

#[test]
fn every_alias_that_there_is_is_named_when_it_is_refused() {
    for method in Registry::all().methods() {
        for param in method.params.iter().filter(|param| !param.kind.repeats()) {
            for alias in param.aliases {
                let others = method.params.iter().filter(|other| other.required && other.name != param.name);
                let mut query = form_urlencoded::Serializer::new(String::new());
                query.extend_pairs(others.map(|other| (other.name, other.example)));
                let query = query.append_pair(alias, "1").append_pair(alias, "2").finish();
                let pairs = Pairs::read(query.as_bytes(), &keyrack_wire::Body::nothing()).unwrap();
                let names = Names::of(method.params, &pairs);
                let error = keyrack_wire::read::<IgnoredAny>(method.params, pairs).expect_err(alias).named(&names);
                let text = format!("invalid parameter [{alias}]: it is given more than once with different values");
                assert_eq!(error.to_string(), text, "{}", method.name);
            }
        }
    }
}
