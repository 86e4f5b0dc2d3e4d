use chrono::DateTime;
use proptest::prelude::*;

use super::held::{self, Everything};
use super::*;

fn bind(query: &str) -> Result<Everything, String> {
    Pairs::read(query.as_bytes(), &Body::nothing()).and_then(held::bind).map_err(|error| error.to_string())
}

fn form(text: &'static str) -> Body {
    Body::Form(Bytes::from_static(text.as_bytes()))
}

fn refusal(query: &str) -> String {
    bind(query).expect_err(query)
}

#[test]
fn names_are_read_in_any_case_empty_is_absent_and_strangers_are_ignored() {
    let params = bind("ENVNAME=my-project&nodeid=&ruk=1&charset=UTF-8&&=&x").unwrap();
    assert_eq!(params.env_name, "my-project");
    assert_eq!(params.node_id, None);
    assert_eq!(refusal("envName=&lazy=1"), "invalid parameter [envName]: it is required");
}

#[test]
fn query_and_form_are_read_together() {
    let pairs = Pairs::read(b"envName=a%20b", &form("nodeId=7&env=%7B%7D")).unwrap();
    let params = held::bind(pairs).unwrap();
    assert_eq!(params.env_name, "a b");
    assert_eq!(params.node_id.unwrap(), 7);
    assert_eq!(params.env.unwrap().0, serde_json::json!({}));
}

#[test]
fn one_value_given_twice_has_to_be_the_same_whatever_it_is_called() {
    assert!(bind("envName=a&envname=a").is_ok());
    assert_eq!(
        refusal("envName=a&envname=b"),
        "invalid parameter [envName]: it is given more than once with different values"
    );
    assert_eq!(
        refusal("envName=a&nodeId=1&nodes=2"),
        "invalid parameter [nodeId]: it is given more than once with different values"
    );
    // What the method does not know is not looked at.
    assert!(bind("envName=a&x=1&x=2").is_ok());
}

#[test]
fn a_refusal_calls_a_parameter_as_the_client_did() {
    for (query, name) in
        [("nodeId=x", "nodeId"), ("nodes=x", "nodes"), ("NODES=x", "nodes"), ("nodes=x&nodeID=x", "nodeId")]
    {
        let text = format!("invalid parameter [{name}]: it has to be a whole number");
        assert_eq!(refusal(&format!("envName=a&{query}")), text, "{query}");
    }
}

#[test]
fn yes_and_no_have_three_spellings() {
    for (text, value) in [("true", true), ("True", true), ("1", true), ("false", false), ("FALSE", false), ("0", false)]
    {
        assert_eq!(bind(&format!("envName=a&lazy={text}")).unwrap().lazy, value, "{text}");
    }
    assert!(!bind("envName=a").unwrap().lazy);
    assert_eq!(refusal("envName=a&lazy=yes"), "invalid parameter [lazy]: it has to be true or false");
}

#[test]
fn a_bad_value_is_named_and_not_repeated() {
    for (query, text) in [
        ("nodeId=12x", "invalid parameter [nodeId]: it has to be a whole number"),
        ("nodeId=99999999999999999999", "invalid parameter [nodeId]: it has to be a whole number"),
        (
            "expiresAt=31-12-2027",
            "invalid parameter [expiresAt]: it has to be a moment: yyyy-MM-dd HH:mm:ss in UTC, for example 2027-12-31 23:59:59, or ISO 8601, for example 2027-12-31T23:59:59+02:00",
        ),
        ("ids=1,two", "invalid parameter [ids]: it has to be a whole number"),
        ("env={", "invalid parameter [env]: it has to be JSON (EOF while parsing an object at line 1 column 1)"),
    ] {
        assert_eq!(refusal(&format!("envName=a&{query}")), text);
    }
}

#[test]
fn lists_and_numbers_come_in_all_their_forms() {
    for query in
        ["apiList=a.b.C,d.e.F", "apiList=a.b.C&apiList=d.e.F", "apiList=['a.b.C', 'd.e.F']", "APILIST=a.b.C;+d.e.F"]
    {
        assert_eq!(bind(&format!("envName=a&{query}")).unwrap().api_list, ["a.b.C", "d.e.F"], "{query}");
    }
    for query in ["ids=1;4;6", "ids=1,4,6", "ids=1,+4,+6", "ids=[1,4,6]", "ids=1&ids=4&ids=6"] {
        let params = bind(&format!("envName=a&{query}")).unwrap();
        assert_eq!(params.ids.unwrap(), Ids::These(vec![1, 4, 6]), "{query}");
    }
    assert_eq!(bind("envName=a&ids=*").unwrap().ids.unwrap(), Ids::All);
}

#[test]
fn what_cannot_be_decoded_is_refused_by_name() {
    for (query, text) in [
        ("envName=100%", "invalid parameter [envname]: its percent-encoding is broken (a % itself is written %25)"),
        ("x=%G1", "invalid parameter [x]: its percent-encoding is broken (a % itself is written %25)"),
        ("x=%c3%28", "invalid parameter [x]: it is not UTF-8"),
        ("x=a%00b", "invalid parameter [x]: it contains the character NUL"),
        ("a%0ab=%", "invalid parameter [?]: its percent-encoding is broken (a % itself is written %25)"),
        ("%=1", "invalid parameter [?]: its percent-encoding is broken (a % itself is written %25)"),
    ] {
        assert_eq!(refusal(query), text, "{query}");
    }
    assert!(Pairs::read(b"x=\xff", &Body::nothing()).is_err());
}

#[test]
fn ten_thousand_parameters_are_too_many() {
    let query = "a=1&".repeat(10_000);
    assert_eq!(refusal(&query), "more than 1000 parameters in one call");
    assert!(bind(&format!("envName=a&{}", "a=1&".repeat(999))).is_ok());
}

proptest! {
    /// Whatever is encoded by the rules is read back as it was, but for empty values.
    #[test]
    fn what_was_encoded_is_read_back(pairs in proptest::collection::vec(("[a-z]{1,8}", "[^\0]{0,40}"), 0..20)) {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&pairs);
        let read = Pairs::read(query.finish().as_bytes(), &Body::nothing()).unwrap();
        let read: Vec<_> = read.0.into_iter().map(|pair| (pair.name, pair.value)).collect();
        let written: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        prop_assert_eq!(read, written);
    }

    /// The same parameters are read the same, whether they come in the query, a form, as JSON or in a multipart form.
    #[test]
    fn every_body_says_the_same(pairs in proptest::collection::vec(("[a-zA-Z]{1,8}", "[^\0]{0,40}"), 0..12)) {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let expected = Pairs::read(text.as_bytes(), &Body::nothing()).unwrap();
        prop_assert_eq!(&Pairs::read(b"", &Body::Form(text.into())).unwrap(), &expected);
        // Written by hand, so that names may repeat.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let fields: Vec<_> = pairs.iter().map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
        let json = format!("{{{}}}", fields.join(","));
        prop_assert_eq!(&Pairs::read(b"", &Body::Json(json.into())).unwrap(), &expected);
        let fields: Vec<_> = pairs.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        prop_assert_eq!(&Pairs::read(b"", &Body::Multipart(fields)).unwrap(), &expected);
    }

    /// Names are the same in every form in which clients write lists.
    #[test]
    fn every_form_of_a_list_says_the_same(items in proptest::collection::vec("[a-zA-Z0-9._*-]{1,20}", 1..8)) {
        let mut forms: Vec<Vec<String>> = [",", ";", ", ", " ; ", " ", "\n"].iter().map(|by| vec![items.join(by)]).collect();
        forms.push(vec![serde_json::to_string(&items).unwrap()]);
        forms.push(vec![format!("['{}']", items.join("', '"))]);
        forms.push(items.clone());
        for form in forms {
            let mut query = form_urlencoded::Serializer::new("envName=a".to_owned());
            query.extend_pairs(form.iter().map(|value| ("apiList", value)));
            prop_assert_eq!(bind(&query.finish()).unwrap().api_list, items.clone(), "{:?}", form);
        }
    }

    /// Numbers too, and they are what was written.
    #[test]
    fn every_form_of_ids_says_the_same(ids in proptest::collection::vec(any::<i64>(), 1..8)) {
        let texts: Vec<_> = ids.iter().map(i64::to_string).collect();
        for form in [texts.join(","), texts.join(";"), texts.join(",+"), format!("[{}]", texts.join(",")), texts.join("&ids=")] {
            prop_assert_eq!(bind(&format!("envName=a&ids={form}")).unwrap().ids.unwrap(), Ids::These(ids.clone()));
        }
    }

    /// A moment is read as it was written; a bare day is its last second.
    #[test]
    fn every_form_of_a_moment_says_the_same(seconds in 0_i64..253_402_300_799) {
        let moment = DateTime::from_timestamp(seconds, 0).unwrap();
        let text = keyrack_types::dates::wire_moment(moment);
        for form in [text.clone(), text.replace(' ', "T"), text.replace(' ', "T") + "Z", format!(" {text} ")] {
            let params = bind(&format!("envName=a&expiresAt={}", form.replace(' ', "%20"))).unwrap();
            prop_assert_eq!(params.expires_at, Some(End::At(moment)), "{}", form);
        }
        let end = keyrack_types::dates::end_of_day(moment.date_naive());
        prop_assert_eq!(bind(&format!("envName=a&expiresAt={}", &text[..10])).unwrap().expires_at, Some(End::At(end)));
    }

    /// Any bytes at all are either read or refused with code 3, and never make it panic.
    #[test]
    fn noise_is_read_or_refused(data in proptest::collection::vec(any::<u8>(), 0..600)) {
        held::parameters(&data);
    }

    /// Any text at all as JSON or a list, in brackets more often than not.
    #[test]
    fn noise_is_json_within_its_bounds_or_none(text in r#"[\[\]{}",:\\a1 ]{0,200}"#) {
        held::json_and_lists(text.as_bytes());
    }

    /// Any text at all as a list, a moment and a day.
    #[test]
    fn noise_is_a_list_or_a_date_or_none(text in ".{0,60}") {
        held::lists_and_dates(text.as_bytes());
    }

    /// A value stays what it is, whichever of its spellings the name has.
    #[test]
    fn the_case_of_a_name_never_matters(upper in proptest::collection::vec(any::<bool>(), 7)) {
        let name: String = "envName".chars().zip(upper).map(|(c, up)| if up { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
        let params = bind(&format!("{name}=v")).unwrap();
        prop_assert_eq!(params.env_name, "v");
    }
}
