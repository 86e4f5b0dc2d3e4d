use super::*;

const WEB: &str = r#"[{"docker": {"image": "keyrack/web"}}]"#;

fn parse(env: &str, nodes: &str) -> EnvironmentSpec {
    environment(env, nodes).unwrap()
}

#[test]
fn the_full_form_is_read() {
    let spec = parse(
        r#"{"shortdomain": "My-Shop", "displayName": "My shop", "region": "local", "engine": null, "ishaenabled": "true", "sslstate": 1, "other": [1]}"#,
        r#"[{"nodeType": "docker", "displayName": "Web", "nodeGroup": "cp", "count": 2, "fixedCloudlets": 1, "flexibleCloudlets": 8,
            "docker": {"image": "keyrack/web:2"}, "env": {"A": "1", "B": 2, "C": true, "D": null}, "cmd": "exec ./run"}]"#,
    );
    assert_eq!(spec.name.as_deref(), Some("my-shop"));
    assert_eq!((spec.display_name.as_deref(), spec.ha, spec.ssl), (Some("My shop"), true, true));
    let nodes = &spec.nodes[0];
    assert_eq!((nodes.group.as_str(), nodes.count, nodes.fixed_cloudlets, nodes.flexible_cloudlets), ("cp", 2, 1, 8));
    assert_eq!(nodes.image.to_string(), "keyrack/web:2");
    assert_eq!(nodes.display_name.as_deref(), Some("Web"));
    let variables: Vec<_> = nodes.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(variables, ["A=1", "B=2", "C=true"]);
    assert_eq!(nodes.command.as_deref(), Some("exec ./run"));
}

#[test]
fn everything_but_the_image_can_be_left_out_or_null() {
    let spec = parse("{}", WEB);
    assert_eq!(
        spec,
        EnvironmentSpec {
            nodes: vec![NodesSpec::of(ImageRef::parse("keyrack/web").unwrap(), "cp")],
            ..EnvironmentSpec::default()
        }
    );
    let nulls = r#"[{"docker": {"image": "keyrack/web", "nodeGroup": null, "env": null}, "nodeGroup": null, "count": null, "env": null, "cmd": null}, null]"#;
    assert_eq!(parse(r#"{"shortdomain": null}"#, nulls), spec);
    assert_eq!(parse("", WEB), spec);
}

#[test]
fn the_layer_may_stand_inside_docker_and_one_object_is_a_list() {
    let spec = parse(
        "{}",
        r#"{"docker": {"image": "keyrack/web", "nodeGroup": "bl", "env": {"X": "y"}, "cmd": "run"}, "count": "3"}"#,
    );
    let nodes = &spec.nodes[0];
    assert_eq!(
        (nodes.group.as_str(), nodes.count, nodes.variables.len(), nodes.command.as_deref()),
        ("bl", 3, 1, Some("run"))
    );
}

#[test]
fn a_refusal_names_the_parameter_and_the_field() {
    let many = format!(r#"[{{"docker": {{"image": "keyrack/web"}}, "cmd": "{}"}}]"#, "x".repeat(40_000));
    for (env, nodes, name, part) in [
        ("{", WEB, "env", "not JSON"),
        (r#"{"shortdomain": "a b"}"#, WEB, "env", "env.shortdomain"),
        (r#"{"shortdomain": 7}"#, WEB, "env", "env.shortdomain: must be a text"),
        (r#"{"displayName": "a\u0001b"}"#, WEB, "env", "env.displayName"),
        (r#"{"sslstate": "maybe"}"#, WEB, "env", "env.sslstate"),
        ("{}", "[", "nodes", "not JSON"),
        ("{}", "", "nodes", "holds no node"),
        ("{}", "[]", "nodes", "holds no node"),
        ("{}", "\"x\"", "nodes", "must be a list"),
        ("{}", "[{}]", "nodes", "nodes[0].docker.image"),
        (
            "{}",
            r#"[{"docker": {"image": "keyrack/web"}}, {"docker": {"image": "a b"}}]"#,
            "nodes",
            "nodes[1].docker.image",
        ),
        ("{}", r#"[{"docker": {"image": "keyrack/web"}, "count": 0}]"#, "nodes", "nodes[0].count"),
        ("{}", r#"[{"docker": {"image": "keyrack/web"}, "count": -1}]"#, "nodes", "nodes[0].count"),
        ("{}", r#"[{"docker": {"image": "keyrack/web"}, "count": 1.5}]"#, "nodes", "nodes[0].count"),
        (
            "{}",
            r#"[{"docker": {"image": "keyrack/web"}, "fixedCloudlets": "many"}]"#,
            "nodes",
            "nodes[0].fixedCloudlets",
        ),
        ("{}", r#"[{"docker": {"image": "keyrack/web"}, "nodeGroup": "a/b"}]"#, "nodes", "nodes[0].nodeGroup"),
        ("{}", r#"[{"docker": {"image": "keyrack/web"}, "env": {"1A": "x"}}]"#, "nodes", "nodes[0].env.1A"),
        ("{}", r#"[{"docker": {"image": "keyrack/web"}, "env": {"A": ["x"]}}]"#, "nodes", "nodes[0].env.A"),
        ("{}", r#"[{"docker": {"image": "keyrack/web"}, "env": {"A": "x\u0000"}}]"#, "nodes", "nodes[0].env.A"),
        ("{}", r#"[{"docker": {"image": "keyrack/web"}, "env": []}]"#, "nodes", "nodes[0].env"),
        ("{}", &many, "nodes", "nodes[0].cmd"),
    ] {
        match environment(env, nodes) {
            Err(Refusal::Bad { name: named, problem: message }) => {
                assert_eq!(named, name, "{env} {nodes}");
                assert!(message.contains(part), "{message} should contain {part}");
            }
            other => panic!("{env} {nodes}: {other:?}"),
        }
    }
}

#[test]
fn a_change_says_of_a_layer_only_what_is_written() {
    let written = change(
        r#"{"shortdomain": "a b", "sslstate": true, "ishaenabled": "true"}"#,
        r#"{"nodeGroup": "CP", "cmd": "", "count": "2", "docker": {"tag": "3"}}"#,
    )
    .unwrap();
    assert_eq!((written.ssl, written.ha, written.display_name.as_deref()), (Some(true), None, None));
    let there = NodesSpec {
        command: Some("run".into()),
        variables: [("A".to_owned(), "1".to_owned())].into(),
        flexible_cloudlets: 8,
        ..NodesSpec::of(ImageRef::parse("keyrack/web:2").unwrap(), "cp")
    };
    let nodes = written.nodes[0].clone();
    assert_eq!(nodes.clone().onto(None), None, "nothing says what it runs");
    let image = ImageRef::parse("keyrack/web:3").unwrap();
    let becomes = NodesSpec { image, command: None, count: 2, ..there.clone() };
    assert_eq!(nodes.onto(Some(&there)), Some(becomes));
    for (env, nodes, name, problem) in [
        ("{", WEB, "env", "it has to be JSON ("),
        ("{}", "7", "nodes", "it has to be a JSON list of objects"),
        ("{}", "[", "nodes", "it has to be a JSON list of objects ("),
        ("{}", "[]", "nodes", "nodes: holds no node"),
        ("{}", r#"{"count": 0}"#, "nodes", "nodes.count: must be at least 1"),
    ] {
        match change(env, nodes) {
            Err(Refusal::Bad { name: named, problem: text }) => {
                assert!(named == name && text.starts_with(problem), "{named}: {text}");
            }
            other => panic!("{env} {nodes}: {other:?}"),
        }
    }
}
