//! Creating, cloning, naming.

use std::fs;
use std::net::TcpListener;

use keyrack_domain::Error;
use keyrack_domain::engine::ImageRef;
use keyrack_domain::environments::EnvironmentSpec;
use keyrack_domain::field;
use keyrack_domain::types::environments::EnvStatus;
use keyrack_wire::platform;

use super::{House, fetch, is_wrong_state, running, web};
use crate::test_domain::{TestDomain, client, on_both};

on_both! {
async fn it_is_created_as_the_json_says(bed: TestDomain) {
    let house = House::on(bed).await;
    let spec = platform::environment(
        r#"{"shortdomain": "Shop", "displayName": "The shop", "region": null}"#,
        r#"[{"nodeGroup": "bl", "docker": {"image": "keyrack/web"}, "env": {"ROLE": "balancer"}},
            {"nodeType": "docker", "count": 2, "fixedCloudlets": 2, "flexibleCloudlets": 6, "docker": {"image": "keyrack/web:2", "nodeGroup": "cp"}}]"#,
    )
    .unwrap();
    let creating = house.keyrack.environments.create(&house.owner, &client(), spec).await.unwrap();
    creating.finished().await.unwrap();
    let shop = house.get("shop").await;
    assert_eq!((shop.name.as_str(), shop.display_name.as_str(), shop.domain().as_str()), ("shop", "The shop", "shop.localhost"));
    assert_eq!((shop.owner, shop.creator, shop.appid.len()), (house.owner.user, house.owner.user, 32));
    let layers: Vec<_> = shop.layers.iter().map(|layer| (layer.name.as_str(), layer.nodes.len())).collect();
    assert_eq!(layers, [("bl", 1), ("cp", 2)]);
    let cp = &shop.layers[1].nodes[0];
    assert_eq!((cp.image.to_string().as_str(), cp.fixed_cloudlets, cp.flexible_cloudlets), ("keyrack/web:2", 2, 6));
    assert_eq!(shop.address(), shop.layers[0].nodes[0].url(), "the balancer is the way in");
    for node in shop.nodes() {
        assert_eq!(node.status, EnvStatus::Running);
        let page = fetch(&node.url().unwrap()).await.unwrap();
        assert_eq!(page.contains("ROLE=balancer"), node.group == "bl");
        assert!(page.contains(&format!("KEYRACK_TAG={}", node.image.tag)));
    }
    let view = &house.keyrack.environments.overview(&house.owner).await.unwrap().environments[0];
    assert_eq!((view.name.as_str(), view.address.clone(), view.layers.len()), ("shop", shop.address(), 2));
}

async fn what_cannot_be_is_refused_and_nothing_is_made(bed: TestDomain) {
    let house = House::on(bed).await;
    house.create(web("taken")).await;
    let stranger = house.bed.stranger().await;
    let create = async |spec: EnvironmentSpec| house.keyrack.environments.create(&stranger, &client(), spec).await.map(drop).unwrap_err();
    let mut unknown = web("x");
    unknown.nodes[0].image = ImageRef::parse("nginx:1.27").unwrap();
    match create(unknown).await {
        Error::Invalid { field, message } => {
            assert_eq!(field, field::Environment::Image { index: 0 }.into());
            assert!(message.contains("keyrack/web"), "{message}");
        }
        other => panic!("{other}"),
    }
    assert!(matches!(create(web("taken")).await, Error::Exists(_)), "also of another account");
    let mut many = web("many");
    many.nodes[0].count = 50;
    assert!(matches!(create(many).await, Error::Limit(_)), "there are only so many ports");
    assert!(house.keyrack.environments.list(&stranger).await.unwrap().is_empty());
    assert!(house.keyrack.environments.overview(&stranger).await.unwrap().tasks.is_empty());
}

async fn a_name_is_made_up_when_none_is_given(bed: TestDomain) {
    let house = House::on(bed).await;
    let creating = house.keyrack.environments.create(&house.owner, &client(), EnvironmentSpec { name: None, ..web("") }).await.unwrap();
    let name = creating.environment.name.clone();
    assert!(name.starts_with("env-") && name.len() == 11, "{name}");
    creating.finished().await.unwrap();
    assert_eq!(house.status(&name).await, EnvStatus::Running);
}

async fn ports_that_are_taken_are_passed_over_and_kept_ones_are_stable(bed: TestDomain) {
    let house = House::on(bed).await;
    let port = async |name: &str| house.get(name).await.nodes().next().unwrap().address.port();
    house.create(web("probe")).await;
    let first = port("probe").await;
    house.keyrack.environments.delete(&house.owner, &client(), "probe").await.unwrap();
    let outsider = TcpListener::bind(("127.0.0.1", first)).unwrap();
    house.create(web("a")).await;
    house.create(web("b")).await;
    let (a, b) = (port("a").await, port("b").await);
    assert!(a != first && b != first && a != b);
    drop(outsider);
    house.stop("a").await;
    house.start("a").await;
    assert_eq!(port("a").await, a);
    // Somebody outside takes the port of a stopped node: it gets another one.
    house.stop("a").await;
    let _outsider = TcpListener::bind(("127.0.0.1", a)).unwrap();
    house.start("a").await;
    assert_eq!(port("a").await, first);
    let page = fetch(&house.get("a").await.address().unwrap()).await.unwrap();
    assert!(page.contains("KEYRACK_ENVIRONMENT=a"));
}

async fn a_clone_has_the_files_and_goes_its_own_way(bed: TestDomain) {
    let house = House::on(bed).await;
    let source = house.create(running("a", "mkdir -p www; echo $KEYRACK_ENVIRONMENT >> www/list; sleep 1000")).await;
    let keyrack = &house.keyrack;
    let cloning = keyrack.environments.clone_environment(&house.owner, &client(), "a", "B").await.unwrap();
    assert_eq!(cloning.environment.status, EnvStatus::Cloning);
    cloning.finished().await.unwrap();
    let clone = house.get("b").await;
    assert_eq!(clone.status, EnvStatus::Running);
    let list = |node: i64| fs::read_to_string(house.bed.folder().join(format!("nodes/{node}/www/list"))).unwrap();
    let ids = |environment: &keyrack_domain::environments::Environment| environment.nodes().next().unwrap().id.0;
    assert_eq!((list(ids(&source)).as_str(), list(ids(&clone)).as_str()), ("a\n", "a\nb\n"));
    // Restarting copies nothing anew.
    keyrack.environments.restart(&house.owner, &client(), "b").await.unwrap().finished().await.unwrap();
    assert_eq!(list(ids(&clone)), "a\nb\nb\n");
    house.stop("a").await;
    keyrack.environments.clone_environment(&house.owner, &client(), "a", "c").await.unwrap().finished().await.unwrap();
    assert_eq!(house.status("c").await, EnvStatus::Stopped, "the clone does what its source does");
    assert_eq!(list(ids(&house.get("c").await)), "a\n");
    for (source, name) in [("a", "b"), ("nosuch", "d"), ("a", "no way")] {
        assert!(keyrack.environments.clone_environment(&house.owner, &client(), source, name).await.is_err());
    }
    let creating = keyrack.environments.create(&house.owner, &client(), running("new", "sleep 1000")).await.unwrap();
    let refused = keyrack.environments.clone_environment(&house.owner, &client(), "new", "d").await.unwrap_err();
    assert!(is_wrong_state(&refused, EnvStatus::Creating), "{refused}");
    creating.finished().await.unwrap();
}

async fn people_call_it_what_they_like(bed: TestDomain) {
    let house = House::on(bed).await;
    house.create(web("a")).await;
    let set = async |name: &str| house.keyrack.environments.set_display_name(&house.owner, &client(), "a", name).await;
    set("  My ünï shop  ").await.unwrap();
    assert_eq!(house.get("a").await.display_name, "My ünï shop");
    assert!(matches!(set("a\u{7}b").await, Err(Error::Invalid { .. })));
    assert!(matches!(set(&"x".repeat(101)).await, Err(Error::Invalid { .. })));
    set("").await.unwrap();
    assert_eq!(house.get("a").await.display_name, "a");
}

async fn the_demo_environment_is_made_once(bed: TestDomain) {
    let house = House::on(bed).await;
    for _ in 0..2 {
        house.keyrack.environments.create_demo(house.owner.account, house.owner.user).await.unwrap();
    }
    house.until_status("my-project", EnvStatus::Running).await;
    let environments = house.keyrack.environments.list(&house.owner).await.unwrap();
    assert_eq!(environments.len(), 1);
    assert!(fetch(&environments[0].address().unwrap()).await.is_some());
}
}
