//! What is kept with environments, layers and nodes: it is there after a restart of the server, and goes with them.

use keyrack_domain::environments::{FileLocation, GroupChange, NodeChoice, VariableChange};
use keyrack_domain::types::environments::EnvStatus;
use keyrack_wire::platform;
use serde_json::{Map, Value, json};

use super::{House, fetch, web};
use crate::test_domain::{TestDomain, client, on_both};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

on_both! {
async fn what_is_set_survives_the_server(bed: TestDomain) {
    let house = House::on(bed).await;
    house.create(web("a")).await;
    let (keyrack, owner, client) = (house.keyrack.clone(), house.owner.clone(), client());
    let place = FileLocation { environment: "a".into(), choice: NodeChoice::Only, masters_only: false };
    let shops = ["shops/berlin".to_owned()];
    keyrack.environments.change_groups(&owner, &client, "a", GroupChange::Attach, &shops).await.unwrap();
    keyrack.environments.change_groups(&owner, &client, "a", GroupChange::Attach, &shops).await.unwrap();
    keyrack.environments.create_group(&owner, &client, "shops", Some(object(json!({ "x": 1 }))), Some("a")).await.unwrap();
    keyrack.environments.edit_group(&owner, &client, "shops", Some("stores"), Some(Map::new())).await.unwrap();
    for replace in [false, true] {
        keyrack.environments.keep_properties(&owner, &client, "a", object(json!({ format!("{replace}"): [replace] })), replace).await.unwrap();
    }
    keyrack.environments.keep_properties(&owner, &client, "a", object(json!({ "true": 2 })), true).await.unwrap();
    keyrack.environments.forget_properties(&owner, &client, "a", &["false".to_owned()]).await.unwrap();
    keyrack.environments.set_layer_display_name(&owner, &client, "a", "cp", "Front").await.unwrap();
    keyrack.environments.apply_layer_data(&owner, &client, "a", "cp", object(json!({ "k": "v" }))).await.unwrap();
    keyrack.environments.add_favorite(&owner, &client, &place, "www", true, (None, None)).await.unwrap();
    keyrack.environments.add_favorite(&owner, &client, &place, "www", true, (Some("web"), None)).await.unwrap();
    let change = VariableChange::Add([("GREETING".to_owned(), "hello".to_owned())].into());
    keyrack.environments.change_variables(&owner, &client, "a", &NodeChoice::All, &change).await.unwrap();
    keyrack.environments.add_volumes(&owner, &client, "a", &NodeChoice::All, &["data".to_owned()]).await.unwrap();
    keyrack.environments.write_file(&owner, &client, &place, "data/f", "kept", false).await.unwrap();
    let nodes = r#"[{"nodeGroup":"cp","count":2},{"nodeGroup":"cache","docker":{"image":"keyrack/web:1"}}]"#;
    let changing = keyrack.environments.change_topology(&owner, &client, "a", platform::change(r#"{"sslstate":true}"#, nodes).unwrap()).await.unwrap();
    changing.finished().await.unwrap();

    let house = house.restarted().await;
    house.until_status("a", EnvStatus::Running).await;
    let (keyrack, environment) = (&house.keyrack, house.get("a").await);
    assert_eq!(environment.groups, ["stores", "stores/berlin"]);
    assert!(environment.settings.ssl);
    let front = environment.layers.iter().find(|layer| layer.name == "cp").unwrap();
    assert_eq!((front.display_name.as_str(), &front.data["k"], front.nodes.len()), ("Front", &json!("v"), 2));
    for node in &front.nodes {
        let page = fetch(&node.url().unwrap()).await.unwrap();
        assert!(page.contains("GREETING=hello"), "also the node that came later: {page}");
    }
    assert_eq!(json!(keyrack.environments.properties(&owner, "a", &[]).await.unwrap()), json!({ "true": 2 }));
    let place = FileLocation { choice: NodeChoice::Ids(vec![front.nodes[0].id.0]), ..place };
    let favorites = keyrack.environments.favorites(&owner, &place).await.unwrap();
    assert_eq!((favorites.len(), favorites[0].keyword.as_deref()), (1, Some("web")));
    assert_eq!(keyrack.environments.read_file(&owner, &client, &place, "data/f").await.unwrap(), "kept");
    assert_eq!(front.nodes[0].facts.volumes, ["/data"]);
    // What is removed takes along what was kept with it.
    let smaller = keyrack.environments.change_topology(&owner, &client, "a", platform::change("{}", r#"{"nodeGroup":"cache"}"#).unwrap()).await.unwrap();
    smaller.finished().await.unwrap();
    keyrack.environments.remove_favorite(&owner, &client, &place, "www").await.unwrap_err();
    keyrack.environments.delete(&owner, &client, "a").await.unwrap();
    assert!(keyrack.environments.groups(&owner, None).await.unwrap().iter().all(|group| group.environments.is_empty()));
    keyrack.environments.remove_group(&owner, &client, "stores").await.unwrap();
    assert_eq!(keyrack.environments.groups(&owner, None).await.unwrap(), []);
    house.keyrack.environments.stop_all().await;
}
}
