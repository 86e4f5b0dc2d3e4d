//! Schemas of parameters, by their kind.

use serde_json::{Value, json};

use crate::dispatch::registry::{Kind, Param};

/// The forms of `keyrack_types::dates::parse_wire_moment`, and `never`: a day, a day with a time in UTC, ISO 8601 with an offset.
const MOMENT: &str = concat!(
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2}([ Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?)?",
    r"|never)$",
);

/// What a parameter of this kind may hold.
pub fn of_param(param: &Param) -> Value {
    if let Some(schema) = param.schema {
        return schema.clone();
    }
    match param.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Secret => json!({ "type": "string", "format": "password" }),
        Kind::Number => json!({ "type": "integer", "format": "int64" }),
        Kind::YesNo => json!({ "type": "boolean" }),
        Kind::Moment => json!({
            "type": "string",
            "pattern": MOMENT,
        }),
        Kind::List => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Ids => json!({ "type": "array", "items": { "type": "string", "pattern": r"^(-?[0-9]{1,18}|\*)$" } }),
        Kind::Json => json!({ "type": ["object", "array"], "items": {}, "additionalProperties": true }),
    }
}

/// The example of a parameter in the type that its schema has.
pub fn example(param: &Param) -> Option<Value> {
    if param.example.is_empty() {
        return None;
    }
    Some(match param.kind {
        Kind::Text | Kind::Secret | Kind::Moment => param.example.into(),
        Kind::Number | Kind::YesNo | Kind::Json => serde_json::from_str(param.example).ok()?,
        Kind::List | Kind::Ids => keyrack_domain::types::lists::parse_list([param.example]).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::registry::Registry;

    #[test]
    fn the_pattern_of_moments_fits_what_is_read_as_one() {
        let pattern = regex::Regex::new(MOMENT).unwrap();
        for text in [
            "2027-01-31",
            "2027-01-31 12:30:00",
            "2027-01-31 12:30",
            "2027-01-31T12:30:00.250Z",
            "2027-01-31T12:30:00,5+02:00",
            "2027-01-31t12:30z",
            "2027-01-31T12:30:00-0530",
            "2027-01-31T12:30:00+02",
        ] {
            assert!(pattern.is_match(text), "{text}");
            assert!(keyrack_domain::types::dates::parse_wire_moment(text).is_some(), "{text}");
        }
        for text in ["31.01.2027", "2027-01-31 ", "2027-1-31", "2027-01-31T12", "soon"] {
            assert!(!pattern.is_match(text), "{text}");
        }
    }

    #[test]
    fn every_example_has_the_type_of_its_parameter() {
        for method in Registry::all().methods() {
            for param in method.params.iter().filter(|param| !param.example.is_empty()) {
                let example = example(param);
                let right = match param.kind {
                    Kind::Number => example.as_ref().is_some_and(Value::is_i64),
                    Kind::YesNo => example.as_ref().is_some_and(Value::is_boolean),
                    Kind::Json => example.as_ref().is_some_and(|value| value.is_object() || value.is_array()),
                    _ => example.is_some(),
                };
                assert!(right, "{} {}: {}", method.name, param.name, param.example);
            }
        }
    }
}
