//! Manifests on both databases: what is installed survives a restart of the server, and goes with its environment.

use keyrack_domain::Error;
use keyrack_domain::marketplace::InstallRequest;
use keyrack_domain::types::environments::EnvStatus;
use serde_json::Map;

use crate::environments::House;
use crate::test_domain::{TestDomain, client, on_both};

const SITE: &str = "
type: install
name: Site
globals: {pass: '${fn.password}'}
nodes: {image: keyrack/web, nodeGroup: cp}
envGroups: sites
onInstall: {log: 'made ${env.envName}'}
onUninstall: {log: gone}
actions: {remember: {setGlobals: {seen: '${this.what}'}}, tell: {return: {type: success, message: '${globals.seen} ${globals.pass}'}}}
";

fn named(name: &str) -> InstallRequest {
    InstallRequest { environment: Some(name.into()), ..InstallRequest::default() }
}

on_both! {
async fn what_is_installed_survives_the_server(bed: TestDomain) {
    let house = House::on(bed).await;
    let (keyrack, owner, client) = (house.keyrack.clone(), house.owner.clone(), client());
    let done = keyrack.marketplace.install(&owner, &client, SITE, named("site")).await.unwrap();
    assert_eq!(done.environment.as_ref().unwrap().groups, ["sites"]);
    let what = Map::from_iter([("what".to_owned(), "this".into())]);
    keyrack.marketplace.execute_app_action(&owner, &client, &done.unique_name, Some("remember"), what).await.unwrap();
    let app = keyrack.marketplace.add_app(&owner, &client, SITE).await.unwrap();
    keyrack.marketplace.add_favorite_app(&owner, &client, &app).await.unwrap();
    keyrack.marketplace.add_favorite_app(&owner, &client, &app).await.unwrap();
    let told = keyrack.marketplace.execute_app_action(&owner, &client, &done.unique_name, Some("tell"), Map::new()).await.unwrap();

    let house = house.restarted().await;
    house.until_status("site", EnvStatus::Running).await;
    let (keyrack, owner) = (house.keyrack.clone(), house.owner.clone());
    let again = keyrack.marketplace.execute_app_action(&owner, &client, &done.unique_name, Some("TELL"), Map::new()).await.unwrap();
    assert!(again.success_text.starts_with("this ") && again.success_text == told.success_text);
    assert_eq!(keyrack.marketplace.favorite_apps(&owner).await.unwrap().len(), 1);
    let lines: Vec<_> = keyrack.marketplace.read_console(&owner, &client).await.unwrap().into_iter().map(|line| line.line).collect();
    assert_eq!(lines, ["Site: made site"]);
    assert!(house.tasks().await.iter().any(|(title, state)| title == "Installing Site" && state == "Done"));
    keyrack.marketplace.delete_app(&owner, &client, &app).await.unwrap();
    keyrack.environments.delete(&owner, &client, "site").await.unwrap();
    assert!(keyrack.marketplace.installations(&owner).await.unwrap().is_empty());
    let error = keyrack.marketplace.uninstall(&owner, &client, &done.unique_name, true).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
}

async fn an_uninstall_that_fails_leaves_it_installed_unless_it_is_forced(bed: TestDomain) {
    let house = House::on(bed).await;
    let (keyrack, owner, client) = (&house.keyrack, &house.owner, &client());
    let failing = SITE.replace("{log: gone}", "{return: not now}");
    let done = keyrack.marketplace.install(owner, client, &failing, named("site")).await.unwrap();
    let error = keyrack.marketplace.uninstall(owner, client, &done.unique_name, false).await.unwrap_err();
    assert!(error.to_string().contains("onUninstall.return: not now"), "{error}");
    assert_eq!(keyrack.marketplace.installations(owner).await.unwrap().len(), 1);
    keyrack.marketplace.uninstall(owner, client, &done.unique_name, true).await.unwrap();
    assert!(keyrack.marketplace.installations(owner).await.unwrap().is_empty());
    house.until_status("site", EnvStatus::Running).await;
}

async fn the_console_keeps_its_last_lines(bed: TestDomain) {
    let owner = bed.owner().await;
    for number in 0..1010 {
        bed.keyrack.marketplace.write_console(&owner, &client(), &format!("line {number}")).await.unwrap();
    }
    let lines = bed.keyrack.marketplace.read_console(&owner, &client()).await.unwrap();
    assert_eq!((lines.len(), lines[0].line.as_str()), (1000, "line 10"));
    let stranger = bed.stranger().await;
    assert!(bed.keyrack.marketplace.read_console(&stranger, &client()).await.unwrap().is_empty());
}

async fn what_nests_is_refused_before_anything_is_kept(bed: TestDomain) {
    let (keyrack, owner) = (&bed.keyrack, &bed.owner().await);
    let nested = format!("${{{}user.email{}}}", "fn.md5([".repeat(3000), "])".repeat(3000));
    let (open, close) = ("[".repeat(3000), "]".repeat(3000));
    for (manifest, bound) in [
        (format!("type: install\nname: a\nglobals: {{g: '{nested}'}}\nonInstall: {{log: a}}"), "at most 8 deep"),
        (format!("type: install\nname: a\nonInstall: {{log: '{nested}'}}"), "at most 8 deep"),
        (format!("type: install\nname: a\nonInstall: {{log: {open}{close}}}"), "at most 32 levels"),
        (format!(r#"{{"type":"install","name":"a","onInstall":{{"log":{open}{close}}}}}"#), "at most 32"),
    ] {
        let refused = keyrack.marketplace.install(owner, &client(), &manifest, InstallRequest::default()).await.map(drop);
        assert!(matches!(&refused, Err(error @ Error::Invalid { .. }) if error.to_string().contains(bound)), "{refused:?}");
        let kept = keyrack.marketplace.add_app(owner, &client(), &manifest).await;
        assert!(matches!(&kept, Err(error @ Error::Invalid { .. }) if error.to_string().contains(bound)), "{kept:?}");
    }
    assert!(keyrack.marketplace.installations(owner).await.unwrap().is_empty());
}

async fn globals_become_neither_deep_nor_large(bed: TestDomain) {
    let (keyrack, owner, client) = (&bed.keyrack, &bed.owner().await, &client());
    let growing = "
type: install
name: Growing
globals: {a: 0123456789, b: 1}
onInstall: {log: a}
actions:
  deeper: {setGlobals: {b: ['${globals.b}']}}
  larger: {setGlobals: {a: '${globals.a}${globals.a}${globals.a}${globals.a}'}}
  tell: {return: {type: success, message: '${globals.a}'}}
";
    let done = keyrack.marketplace.install(owner, client, growing, InstallRequest::default()).await.unwrap();
    for (action, most) in [("deeper", 32), ("larger", 8)] {
        let mut times = 0;
        let error = loop {
            match keyrack.marketplace.execute_app_action(owner, client, &done.unique_name, Some(action), Map::new()).await {
                Ok(_) => times += 1,
                Err(error) => break error.to_string(),
            }
            assert!(times < most, "{action}");
        };
        assert!(error.contains("32 levels") || error.contains("65536 bytes"), "{action}: {error}");
    }
    // What was kept before goes on.
    keyrack.marketplace.execute_app_action(owner, client, &done.unique_name, Some("tell"), Map::new()).await.unwrap();
    let large = format!("type: install\nname: a\nglobals: {{g: {}}}\nonInstall: {{log: a}}", "x".repeat(70_000));
    let refused = keyrack.marketplace.install(owner, client, &large, InstallRequest::default()).await.map(drop);
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    keyrack.marketplace.uninstall(owner, client, &done.unique_name, false).await.unwrap();
    assert!(keyrack.marketplace.installations(owner).await.unwrap().is_empty());
}

async fn what_a_former_version_kept_is_listed_shown_and_removed(bed: TestDomain) {
    let (keyrack, owner, client) = (&bed.keyrack, &bed.owner().await, &client());
    let manifest = "type: install\nname: Old\nonInstall: {log: a}\nactions: {again: {log: a}}";
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let nested = format!("{}1{}", "fn.md5([".repeat(3000), "])".repeat(3000));
    for change in [
        format!("globals = '{{\"g\":{deep}}}'"),
        format!("settings = '{{\"g\":{deep}}}'"),
        format!("globals = '{{\"g\":\"{}\"}}'", "x".repeat(3_000_000)),
        format!("settings = '{{\"g\":\"{}\"}}'", "x".repeat(3_000_000)),
        format!("manifest = 'type: install\nname: a\nonInstall: {{log: \"${{{nested}}}\"}}'"),
        "manifest = 'nonsense'".to_owned(),
    ] {
        let done = keyrack.marketplace.install(owner, client, manifest, InstallRequest::default()).await.unwrap();
        bed.execute(&format!("UPDATE installations SET {change}")).await.unwrap();
        let shown: String = change.chars().take(60).collect();
        assert_eq!(keyrack.marketplace.installations(owner).await.unwrap().len(), 1, "{shown}");
        keyrack.marketplace.installation(owner, &done.unique_name).await.unwrap();
        keyrack.marketplace.installed_settings(owner, client, &done.unique_name, None).await.unwrap();
        let again = keyrack.marketplace.execute_app_action(owner, client, &done.unique_name, Some("again"), Map::new()).await;
        assert!(matches!(again.map(drop), Ok(()) | Err(Error::Invalid { .. })), "{shown}");
        keyrack.marketplace.uninstall(owner, client, &done.unique_name, false).await.unwrap();
        assert!(keyrack.marketplace.installations(owner).await.unwrap().is_empty(), "{shown}");
    }
}
}
