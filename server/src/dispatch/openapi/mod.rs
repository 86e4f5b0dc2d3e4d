//! The API as an OpenAPI 3.1 document, made from the registry.

mod operation;
mod schema;

use std::collections::BTreeMap;

use keyrack_wire::exact;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::error::Code;
use super::problem::PROBLEM;
use super::registry::Registry;

/// The whole document.
pub fn document(registry: &Registry) -> Value {
    let mut paths = Map::new();
    let mut tags = BTreeMap::new();
    let mut generator = answers();
    for method in registry.methods() {
        paths.insert(method.path(), operation::path(method, &mut generator));
        tags.insert(operation::class(method), method.class_summary);
    }
    let tags: Vec<_> = tags.iter().map(|(class, summary)| json!({ "name": class, "description": summary })).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Keyrack",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Environments, their nodes, and the tokens that may touch them.",
            "description": DESCRIPTION,
            "license": { "name": "Apache 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token or a session in the header: headers are in no history and no log.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "session",
                    "description": "For clients that cannot set headers. A POST takes the same field in its form or JSON \
                                    body, where it is not written into logs as addresses are; `token` is another name for it.",
                },
            },
            "schemas": schemas(&mut generator),
            "responses": {
                "Problem": {
                    "description": "Refused; only for who asks with `Accept: application/problem+json`. All others get the \
                                    same as 200.",
                    "content": { PROBLEM: { "schema": { "$ref": "#/components/schemas/Problem" } } },
                },
            },
        },
    })
}

/// Makes the schemas of answers; what several of them have is written once, under its own name.
fn answers() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.meta_schema = None;
        settings.definitions_path = "/components/schemas".into();
    });
    settings.into_generator()
}

/// All schemas with names.
fn schemas(generator: &mut SchemaGenerator) -> Value {
    let mut schemas = generator.take_definitions(true);
    for schema in schemas.values_mut() {
        if let Ok(schema) = schema.try_into() {
            exact(schema);
        }
    }
    schemas.insert("Failure".into(), failure());
    schemas.insert("Problem".into(), problem());
    schemas.into()
}

const DESCRIPTION: &str = "Every method takes GET or POST; names of methods and parameters may be written in any case. An \
    empty parameter counts as absent, an unknown one is ignored. A POST takes its parameters as a form \
    (`application/x-www-form-urlencoded` or `multipart/form-data`) as well as in the form that is shown here. The HTTP status is 200 for refusals too: `result` says \
    what became of a call (0 is done), and `error` why. With `Accept: application/problem+json` refusals have HTTP \
    statuses.";

/// What every refusal looks like.
fn failure() -> Value {
    json!({
        "type": "object",
        "required": ["result", "error", "source"],
        "properties": {
            "result": { "enum": Code::ALL.map(Code::number), "description": meanings(&Code::ALL) },
            "error": { "type": "string", "minLength": 1, "description": "What is wrong, and what would be right." },
            "source": { "enum": ["JEL", "hx-core"] },
        },
    })
}

/// The same as RFC 9457 has it.
fn problem() -> Value {
    json!({
        "allOf": [{ "$ref": "#/components/schemas/Failure" }],
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "The same as `error`." },
        },
    })
}

/// Codes and what they mean, as a list.
fn meanings(codes: &[Code]) -> String {
    codes.iter().map(|code| format!("* `{}`: {}\n", code.number(), code.meaning())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_in_it_with_the_verbs_it_takes() {
        let registry = Registry::all();
        let document = document(&registry);
        assert_eq!(document["paths"].as_object().unwrap().len(), registry.methods().len());
        for method in registry.methods() {
            let path = &document["paths"][method.path()];
            assert_eq!(path["post"]["operationId"], method.name);
            assert_eq!(path.get("get").is_none(), method.post_only, "{}", method.name);
            let secured = path["post"]["security"].as_array().unwrap().iter().all(|one| one != &json!({}));
            assert_eq!(secured, !method.is_public(), "{}", method.name);
        }
    }

    #[test]
    fn who_takes_a_file_says_in_which_part() {
        let document = document(&Registry::all());
        let file = |path: &str, kind: &str| {
            document["paths"][path]["post"]["requestBody"]["content"][kind]["schema"]["properties"]
                .get("file")
                .is_some()
        };
        for path in ["/1.0/storage/uploader/rest/upload", "/1.0/environment/file/rest/upload"] {
            assert!(file(path, "multipart/form-data"), "{path}");
            assert!(!file(path, "application/json"), "{path}");
        }
        assert!(!file("/1.0/environment/control/rest/stopenv", "multipart/form-data"));
    }
}
