use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    AnyJson, Body, Count, End, Ids, Json, JsonText, Kind, Moment, Names, Pairs, Param, Refusal, Secret, describe,
    example_of, params_of, read,
};

/// One parameter
/// of each kind.
///
/// This is for who reads the code.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Everything {
    /// The environment.
    #[schemars(example = &"my-project", extend("x-aliases" = ["targetAppid"]))]
    env_name: String,
    password: Option<Secret>,
    #[schemars(extend("x-aliases" = ["nodes"], "x-shown" = true))]
    node_id: Option<i64>,
    count: Option<Count>,
    #[serde(default)]
    lazy: bool,
    expires_at: Option<End>,
    #[serde(default)]
    api_list: Vec<String>,
    ids: Option<Ids>,
    #[schemars(example = &r#"{"a":1}"#)]
    env: Option<JsonText>,
    numbers: Option<Json<Vec<i64>>>,
    color: Option<Color>,
    delay: Option<Delay>,
    _owner_uid: Option<i64>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Color {
    Red,
    Green,
}

/// Seconds between two nodes.
#[derive(Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
#[schemars(example = 5)]
struct Delay(i64);

impl TryFrom<i64> for Delay {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<Delay, &'static str> {
        if (0..=600).contains(&seconds) { Ok(Delay(seconds)) } else { Err("it has to be between 0 and 600 seconds") }
    }
}

fn declared() -> &'static [Param] {
    params_of::<Everything>().leak()
}

fn try_read(query: &str) -> Result<Everything, Refusal> {
    let (declared, pairs) = (declared(), Pairs::read(query.as_bytes(), &Body::nothing())?);
    let names = Names::of(declared, &pairs);
    read(declared, pairs).map_err(|refusal| refusal.named(&names))
}

fn refusal(query: &str) -> String {
    try_read(query).expect_err(query).to_string()
}

#[test]
fn every_kind_is_read_in_the_forms_of_the_wire() {
    let query = "ENVNAME=a&password=hunter22&nodeid=+7+&count=3&lazy=True&expiresAt=never&apiList=['a.b.C',+'d.e.F']&ids=1;4\
                 &env={}&numbers=[1,2]&color=green&delay=600&ruk=1";
    let all = try_read(query).unwrap();
    assert_eq!((all.env_name.as_str(), all.node_id, all.count.unwrap().0, all.lazy), ("a", Some(7), 3, true));
    assert_eq!((all.password.as_deref(), all.expires_at), (Some("hunter22"), Some(End::Never)));
    assert_eq!((all.api_list, all.ids), (vec!["a.b.C".into(), "d.e.F".into()], Some(Ids::These(vec![1, 4]))));
    assert_eq!((all.env.as_deref(), all.numbers.unwrap().0), (Some("{}"), vec![1, 2]));
    assert_eq!((all.color, all.delay), (Some(Color::Green), Some(Delay(600))));
}

#[test]
fn what_is_empty_is_absent() {
    let all = try_read("envName=a&nodeId=&lazy=&apiList=&ids=,&env=&color=&delay=").unwrap();
    assert_eq!((all.node_id, all.lazy, all.api_list, all.ids), (None, false, Vec::<String>::new(), None));
    assert!(all.env.is_none() && all.color.is_none() && all.delay.is_none());
    assert_eq!(refusal("envName=&lazy=1"), "invalid parameter [envName]: it is required");
}

#[test]
fn a_refusal_calls_a_parameter_as_the_client_did_and_repeats_no_value() {
    for (query, text) in [
        ("nodeId=x", "invalid parameter [nodeId]: it has to be a whole number"),
        ("NODES=x", "invalid parameter [nodes]: it has to be a whole number"),
        ("nodes=1&nodeId=2", "invalid parameter [nodeId]: it is given more than once with different values"),
        ("count=-1", "invalid parameter [count]: it has to be a number from 0 on"),
        ("count=99999999999", "invalid parameter [count]: it has to be a number from 0 on"),
        ("lazy=yes", "invalid parameter [lazy]: it has to be true or false"),
        (
            "expiresAt=31-12-2027",
            "invalid parameter [expiresAt]: it has to be a moment: yyyy-MM-dd HH:mm:ss in UTC, for example 2027-12-31 23:59:59, or ISO 8601, for example 2027-12-31T23:59:59+02:00",
        ),
        ("ids=1,two", "invalid parameter [ids]: it has to be a whole number"),
        ("env={", "invalid parameter [env]: it has to be JSON (EOF while parsing an object at line 1 column 1)"),
        ("color=blue", "invalid parameter [color]: it has to be one of red, green"),
        ("delay=601", "invalid parameter [delay]: it has to be between 0 and 600 seconds"),
        // The first one in the order of the declaration.
        ("delay=601&nodeId=x", "invalid parameter [nodeId]: it has to be a whole number"),
    ] {
        assert_eq!(refusal(&format!("targetAppid=a&{query}")), text);
    }
    assert_eq!(try_read("envName=a&ids=two,*").unwrap().ids, Some(Ids::All));
}

/// Brackets around brackets, so many levels.
fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn what_is_too_deep_or_too_long_is_refused_before_it_is_read() {
    for (query, text) in [
        (format!("env={}", nested(33)), "invalid parameter [env]: it nests deeper than 32 levels"),
        (format!("numbers={}", nested(100_000)), "invalid parameter [numbers]: it nests deeper than 32 levels"),
        ("apiList=[[[a]]]".to_owned(), "invalid parameter [apiList]: a list nests at most 2 levels"),
        (format!("ids={}", "1,".repeat(10_001)), "invalid parameter [ids]: a list has at most 10000 items"),
    ] {
        let refusal = try_read(&format!("envName=a&{query}")).expect_err(text);
        assert!(matches!(refusal, Refusal::TooLarge { name: Some(_), .. }), "{refusal:?}");
        assert_eq!(refusal.to_string(), text);
    }
    assert!(try_read(&format!("envName=a&env={}", nested(32))).is_ok());
    let ids = try_read(&format!("envName=a&ids={}", "1,".repeat(10_000))).unwrap().ids;
    assert!(matches!(ids, Some(Ids::These(ids)) if ids.len() == 10_000));
}

#[test]
fn a_byte_order_mark_is_no_part_of_json() {
    let all = try_read("envName=a&env=%EF%BB%BF{}&numbers=%EF%BB%BF[1,2]").unwrap();
    assert_eq!((all.env.as_deref(), all.numbers.unwrap().0), (Some("{}"), vec![1, 2]));
}

#[test]
fn a_moment_may_be_iso_8601() {
    let at = |text: &str| try_read(&format!("envName=a&expiresAt={text}")).unwrap().expires_at;
    assert_eq!(at("2027-12-31T23:59:59%2B02:00"), at("2027-12-31+21:59:59"));
}

#[test]
fn the_documentation_comes_from_the_type() {
    assert_eq!(describe::<Everything>(), "One parameter of each kind.");
    let params = declared();
    let names: Vec<_> = params.iter().map(|param| param.name).collect();
    assert_eq!(
        names,
        [
            "envName",
            "password",
            "nodeId",
            "count",
            "lazy",
            "expiresAt",
            "apiList",
            "ids",
            "env",
            "numbers",
            "color",
            "delay",
            "ownerUid"
        ]
    );
    let param = |name: &str| params.iter().find(|param| param.name == name).unwrap();
    let env_name = param("envName");
    assert_eq!(
        (env_name.help, env_name.example, env_name.aliases),
        ("The environment.", "my-project", &["targetAppid"] as &[_])
    );
    assert!(env_name.required && env_name.shown);
    assert!(!param("nodeId").required && param("nodeId").shown && !param("lazy").shown);
    assert_eq!((param("delay").help, param("delay").example), ("Seconds between two nodes.", "5"));
    for (name, kind) in [
        ("envName", Kind::Text),
        ("password", Kind::Secret),
        ("nodeId", Kind::Number),
        ("lazy", Kind::YesNo),
        ("expiresAt", Kind::Moment),
        ("apiList", Kind::List),
        ("ids", Kind::Ids),
        ("env", Kind::Json),
        ("numbers", Kind::Json),
        ("color", Kind::Text),
        ("delay", Kind::Number),
    ] {
        assert_eq!(param(name).kind, kind, "{name}");
    }
    assert_eq!(param("nodeId").schema, Some(&json!({ "type": "integer", "format": "int64" })));
    assert_eq!(param("color").schema.unwrap()["enum"], json!(["red", "green"]));
    assert_eq!(param("numbers").schema.unwrap()["items"]["type"], "integer");
}

#[test]
fn an_example_is_made_of_what_its_fields_have() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is of interest")]
    struct Answer {
        #[schemars(example = 3)]
        id: i64,
        began: Moment,
        #[serde(skip_serializing_if = "Option::is_none")]
        ended: Option<Moment>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        items: Vec<Item>,
        data: AnyJson,
    }
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is of interest")]
    struct Item {
        name: String,
    }
    let example: Value = serde_json::from_str(&example_of::<Answer>()).unwrap();
    let moment = "2026-11-24 10:00:00";
    let items = json!([{ "name": "…" }]);
    assert_eq!(example, json!({ "result": 0, "id": 3, "began": moment, "items": items, "data": {}, "ended": moment }));
}
